// Random number generators: PyTorch's default ones and independent ones, on any device.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <mutex>

#include "errors.h"
#include "exports.h"
#include "handle.h"
#include "names.h"

namespace poster {
namespace {

uint64_t seedFromJs(const Napi::Value& value) {
  bool lossless = false;
  const uint64_t seed = value.IsBigInt() ? value.As<Napi::BigInt>().Uint64Value(&lossless) : 0;
  if (!lossless) throw BadArgument("Expected a seed: a BigInt from 0 to 2^64 - 1.");
  return seed;
}

// PyTorch's own generator of the device, the one that operators use when none is given.
at::Generator defaultGenerator(const Napi::Value& device) {
  return at::globalContext().defaultGenerator(deviceFromName(device.ToString()));
}

// A generator's handle, or a device's name for its default generator.
at::Generator pickGenerator(const Napi::Value& value) {
  return value.IsString() ? defaultGenerator(value) : generatorFromJs(value.Env(), value);
}

// manualSeed(seed): seeds the default generators of all devices.
Napi::Value manualSeed(const Napi::CallbackInfo& info) {
  at::manual_seed(seedFromJs(info[0]));
  return info.Env().Undefined();
}

// generator(device, seed): a new generator, independent of the default one.
Napi::Value newGenerator(const Napi::CallbackInfo& info) {
  const uint64_t seed = seedFromJs(info[1]);
  const bool onCpu = deviceFromName(info[0].ToString()).is_cpu();
  // A clone would do for both, but 1.13 never frees it.
  at::Generator generator =
      onCpu ? at::make_generator<at::CPUGeneratorImpl>(seed) : defaultGenerator(info[0]).clone();
  generator.set_current_seed(seed);
  return {info.Env(), generatorToJs(info.Env(), std::move(generator))};
}

// generatorState(generator | device): its state as a tensor of bytes.
Napi::Value generatorState(const Napi::CallbackInfo& info) {
  at::Generator generator = pickGenerator(info[0]);
  std::lock_guard<std::mutex> lock(generator.mutex());
  return {info.Env(), tensorToJs(info.Env(), generator.get_state())};
}

// setGeneratorState(generator | device, state)
Napi::Value setGeneratorState(const Napi::CallbackInfo& info) {
  at::Generator generator = pickGenerator(info[0]);
  const at::Tensor& state = tensorFromJs(info.Env(), info[1], "a generator's state");
  std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(state);
  return info.Env().Undefined();
}

}  // namespace

void exportRandom(Napi::Object exports) {
  exportFunction<manualSeed>(exports, "manualSeed");
  exportFunction<newGenerator>(exports, "generator");
  exportFunction<generatorState>(exports, "generatorState");
  exportFunction<setGeneratorState>(exports, "setGeneratorState");
}

}  // namespace poster
