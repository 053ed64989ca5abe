// Includes POSTER_KERNELS, a file of kernels on vectors.h, once for each kind of processor, in the namespaces `any`,
// `avx2` and `avx512`: all are in the addon, and POSTER_KERNEL(f) is the f of this machine. What the file needs has to be
// included before, so that nothing else is compiled for a processor that is not there.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace poster {
namespace {

#define POSTER_LANES 4
namespace any {
#include "vectors.h"
#include POSTER_KERNELS
}  // namespace any
#undef POSTER_LANES

#if defined(__x86_64__)

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define POSTER_LANES 8
namespace avx2 {
#include "vectors.h"
#include POSTER_KERNELS
}  // namespace avx2
#undef POSTER_LANES
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,fma")
#endif
#define POSTER_LANES 16
namespace avx512 {
#include "vectors.h"
#include POSTER_KERNELS
}  // namespace avx512
#undef POSTER_LANES
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

enum class Processor { any, avx2, avx512 };

// The best that this machine has; at most what ATEN_CPU_CAPABILITY says, by which libtorch chooses its own.
inline Processor processor() {
  static const Processor found = [] {
    const char* const set = std::getenv("ATEN_CPU_CAPABILITY");
    const std::string_view most = set ? set : "";
    if (most == "default" || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return Processor::any;
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return wide && most != "avx2" ? Processor::avx512 : Processor::avx2;
  }();
  return found;
}

#define POSTER_KERNEL(f) \
  (processor() == Processor::avx512 ? avx512::f : processor() == Processor::avx2 ? avx2::f : any::f)
#else
#define POSTER_KERNEL(f) any::f
#endif

}  // namespace
}  // namespace poster
