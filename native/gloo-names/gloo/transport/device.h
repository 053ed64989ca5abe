// Names of gloo that c10d's headers mention; used only where gloo's own headers are missing, and never defined.
#pragma once

#define POSTER_GLOO_NAMES

#include <memory>

namespace gloo {
namespace transport {
class Device;
class UnboundBuffer {
 public:
  virtual ~UnboundBuffer();
};
}  // namespace transport
}  // namespace gloo
