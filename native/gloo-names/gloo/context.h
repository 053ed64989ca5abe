// Names of gloo that c10d's headers mention; used only where gloo's own headers are missing, and never defined.
#pragma once

#define POSTER_GLOO_NAMES

#include <chrono>

namespace gloo {
class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};
}  // namespace gloo
