// Gradients, and the modes that change how operators run.
#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include "autocast.h"
#include "errors.h"
#include "exports.h"
#include "handle.h"
#include "names.h"

namespace poster {
namespace {

using torch::autograd::variable_list;

// An array of tensors in which null stands for the undefined one; null is the empty list.
variable_list tensorsFromJs(const Napi::Value& value) {
  if (value.IsNull() || value.IsUndefined()) return {};
  if (!value.IsArray()) throw BadArgument("Expected an array of tensors.");
  const Napi::Array array = value.As<Napi::Array>();
  variable_list tensors;
  tensors.reserve(array.Length());
  for (uint32_t i = 0; i < array.Length(); i++) {
    tensors.push_back(optionalTensorFromJs(value.Env(), array.Get(i)));
  }
  return tensors;
}

Napi::Value setRequiresGrad(const Napi::CallbackInfo& info) {
  tensorFromJs(info.Env(), info[0]).set_requires_grad(info[1].ToBoolean());
  return info.Env().Undefined();
}

Napi::Value requiresGrad(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), tensorFromJs(info.Env(), info[0]).requires_grad());
}

Napi::Value gradOf(const Napi::CallbackInfo& info) {
  return {info.Env(), tensorToJs(info.Env(), tensorFromJs(info.Env(), info[0]).grad())};
}

Napi::Value setGrad(const Napi::CallbackInfo& info) {
  tensorFromJs(info.Env(), info[0]).mutable_grad() = optionalTensorFromJs(info.Env(), info[1]);
  return info.Env().Undefined();
}

// backward(tensors, gradients | null, retainGraph, createGraph, inputs | null)
Napi::Value backward(const Napi::CallbackInfo& info) {
  torch::autograd::backward(tensorsFromJs(info[0]), tensorsFromJs(info[1]), info[2].ToBoolean().Value(),
                            info[3].ToBoolean(), tensorsFromJs(info[4]));
  return info.Env().Undefined();
}

// grad(outputs, inputs, gradients | null, retainGraph, createGraph, allowUnused)
Napi::Value grad(const Napi::CallbackInfo& info) {
  variable_list gradients = torch::autograd::grad(
      tensorsFromJs(info[0]), tensorsFromJs(info[1]), tensorsFromJs(info[2]), info[3].ToBoolean().Value(),
      info[4].ToBoolean(), info[5].ToBoolean());
  Napi::Array result = Napi::Array::New(info.Env(), gradients.size());
  for (uint32_t i = 0; i < gradients.size(); i++) {
    result.Set(i, Napi::Value(info.Env(), tensorToJs(info.Env(), std::move(gradients[i]))));
  }
  return result;
}

Napi::Value callBack(const Napi::Value& function) {
  if (!function.IsFunction()) throw BadArgument("Expected a function.");
  return function.As<Napi::Function>().Call({});
}

// withGrad(enabled, function): what the function returns, run with gradients recorded or not.
Napi::Value withGrad(const Napi::CallbackInfo& info) {
  const c10::AutoGradMode guard(info[0].ToBoolean());
  return callBack(info[1]);
}

Napi::Value withInference(const Napi::CallbackInfo& info) {
  const c10::InferenceMode guard(true);
  return callBack(info[0]);
}

namespace autocast = at::autocast;

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
bool autocastEnabled(at::DeviceType device) { return autocast::is_autocast_enabled(device); }
void enableAutocast(at::DeviceType device, bool on) { autocast::set_autocast_enabled(device, on); }
at::ScalarType autocastDtype(at::DeviceType device) { return autocast::get_autocast_dtype(device); }
void setAutocastDtype(at::DeviceType device, at::ScalarType to) { autocast::set_autocast_dtype(device, to); }
#else
bool autocastEnabled(at::DeviceType device) {
  return device == at::kCUDA ? autocast::is_enabled() : autocast::is_cpu_enabled();
}
void enableAutocast(at::DeviceType device, bool on) {
  device == at::kCUDA ? autocast::set_enabled(on) : autocast::set_cpu_enabled(on);
}
at::ScalarType autocastDtype(at::DeviceType device) {
  return device == at::kCUDA ? autocast::get_autocast_gpu_dtype() : autocast::get_autocast_cpu_dtype();
}
void setAutocastDtype(at::DeviceType device, at::ScalarType to) {
  device == at::kCUDA ? autocast::set_autocast_gpu_dtype(to) : autocast::set_autocast_cpu_dtype(to);
}
#endif

// What Python's torch.autocast does on entering and leaving.
class AutocastGuard {
 public:
  AutocastGuard(at::DeviceType device, at::ScalarType dtype)
      : device(device), enabledBefore(autocastEnabled(device)), dtypeBefore(autocastDtype(device)) {
    autocast::increment_nesting();
    setAutocastDtype(device, dtype);
    enableAutocast(device, true);
  }
  ~AutocastGuard() {
    if (autocast::decrement_nesting() == 0) autocast::clear_cache();
    enableAutocast(device, enabledBefore);
    setAutocastDtype(device, dtypeBefore);
  }
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  const at::DeviceType device;
  const bool enabledBefore;
  const at::ScalarType dtypeBefore;
};

// withAutocast(device, dtype, function): what the function returns, its operators run in `dtype` where
// PyTorch deems that safe.
Napi::Value withAutocast(const Napi::CallbackInfo& info) {
  const at::DeviceType device = deviceFromName(info[0].ToString()).type();
  const AutocastGuard guard(device, dtypeFromName(info[1].ToString()));
  return callBack(info[2]);
}

}  // namespace

at::Tensor asAutocast(const at::Tensor& x) {
  const at::DeviceType device = x.device().type();
  const bool casts = (x.is_cpu() || x.is_cuda()) && x.scalar_type() == at::kFloat && autocastEnabled(device);
  return casts ? x.to(autocastDtype(device)) : x;
}

void exportAutograd(Napi::Object exports) {
  exportFunction<setRequiresGrad>(exports, "setRequiresGrad");
  exportFunction<requiresGrad>(exports, "requiresGrad");
  exportFunction<gradOf>(exports, "gradOf");
  exportFunction<setGrad>(exports, "setGrad");
  exportFunction<backward>(exports, "backward");
  exportFunction<grad>(exports, "grad");
  exportFunction<withGrad>(exports, "withGrad");
  exportFunction<withInference>(exports, "withInference");
  exportFunction<withAutocast>(exports, "withAutocast");
}

}  // namespace poster
