// Threads, CUDA devices and their memory, numeric switches, and what this libtorch is.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include "errors.h"
#include "exports.h"
#include "numbers.h"

// Statistics of CUDA memory: recent versions offer them in a header of their own; for older ones the header
// needs CUDA's, and the build defines POSTER_CUDA when it found them.
#define POSTER_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))
#if POSTER_TORCH_AT_LEAST(2, 9)
#include <c10/core/CachingDeviceAllocator.h>
#elif defined(POSTER_CUDA)
#include <c10/cuda/CUDACachingAllocator.h>
#endif

namespace poster {
namespace {

Napi::Value setThreads(const Napi::CallbackInfo& info) {
  at::set_num_threads(static_cast<int>(wholeFromJs(info[0], "the number of threads", 1, 4096)));
  return info.Env().Undefined();
}

Napi::Value threads(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), at::get_num_threads()); }

// Of a CUDA device; libtorch keeps it in a byte.
int8_t deviceIndex(const Napi::Value& value) {
  return static_cast<int8_t>(wholeFromJs(value, "the index of a CUDA device", 0, 127));
}

Napi::Value cudaDevices(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(torch::cuda::device_count()));
}

Napi::Value synchronize(const Napi::CallbackInfo& info) {
  torch::cuda::synchronize(deviceIndex(info[0]));
  return info.Env().Undefined();
}

#if POSTER_TORCH_AT_LEAST(2, 9)
c10::DeviceAllocator* cudaAllocator() { return c10::getDeviceAllocator(at::kCUDA); }
#elif defined(POSTER_CUDA)
auto* cudaAllocator() { return c10::cuda::CUDACachingAllocator::get(); }
#endif

#if POSTER_TORCH_AT_LEAST(2, 9) || defined(POSTER_CUDA)
// cudaMemory(index): [bytes in use, the most so far, bytes reserved], or null when this build cannot tell.
Napi::Value cudaMemory(const Napi::CallbackInfo& info) {
  const int8_t device = deviceIndex(info[0]);
  if (!torch::cuda::is_available()) return info.Env().Null();
  const auto stats = cudaAllocator()->getDeviceStats(device);
  Napi::Array result = Napi::Array::New(info.Env(), 3);
  result.Set(0u, static_cast<double>(stats.allocated_bytes[0].current));  // 0: all pools together
  result.Set(1u, static_cast<double>(stats.allocated_bytes[0].peak));
  result.Set(2u, static_cast<double>(stats.reserved_bytes[0].current));
  return result;
}

Napi::Value resetCudaPeak(const Napi::CallbackInfo& info) {
  if (torch::cuda::is_available()) cudaAllocator()->resetPeakStats(deviceIndex(info[0]));
  return info.Env().Undefined();
}

Napi::Value emptyCudaCache(const Napi::CallbackInfo& info) {
  if (torch::cuda::is_available()) cudaAllocator()->emptyCache();
  return info.Env().Undefined();
}
#else
Napi::Value cudaMemory(const Napi::CallbackInfo& info) { return info.Env().Null(); }
Napi::Value resetCudaPeak(const Napi::CallbackInfo& info) { return info.Env().Undefined(); }
Napi::Value emptyCudaCache(const Napi::CallbackInfo& info) { return info.Env().Undefined(); }
#endif

// setNumerics(benchmark, tf32, deterministic): cuDNN's search for the fastest algorithm, TensorFloat-32 in
// matrix products and convolutions, and algorithms that give the same bits each time.
Napi::Value setNumerics(const Napi::CallbackInfo& info) {
  at::Context& context = at::globalContext();
  context.setBenchmarkCuDNN(info[0].ToBoolean());
  context.setAllowTF32CuBLAS(info[1].ToBoolean());
  context.setAllowTF32CuDNN(info[1].ToBoolean());
  context.setDeterministicCuDNN(info[2].ToBoolean());
  context.setDeterministicAlgorithms(info[2].ToBoolean(), /*warn_only=*/true);
  return info.Env().Undefined();
}

Napi::Value version(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), TORCH_VERSION); }

Napi::Value buildSettings(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), at::show_config()); }

}  // namespace

void exportMachine(Napi::Object exports) {
  exportFunction<setThreads>(exports, "setThreads");
  exportFunction<threads>(exports, "threads");
  exportFunction<cudaDevices>(exports, "cudaDevices");
  exportFunction<synchronize>(exports, "synchronize");
  exportFunction<cudaMemory>(exports, "cudaMemory");
  exportFunction<resetCudaPeak>(exports, "resetCudaPeak");
  exportFunction<emptyCudaCache>(exports, "emptyCudaCache");
  exportFunction<setNumerics>(exports, "setNumerics");
  exportFunction<version>(exports, "version");
  exportFunction<buildSettings>(exports, "buildSettings");
}

}  // namespace poster
