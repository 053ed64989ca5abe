// Every so-many-th row and column of a map, in its layout, backward too: the gradient of libtorch's own slices is laid out
// row by row, and all that meets it then works against the grain of channels-last maps.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "errors.h"
#include "exports.h"
#include "handle.h"

namespace poster {
namespace {

using Tensors = std::vector<at::Tensor>;

at::Tensor every(const at::Tensor& x, int64_t step) {
  return x.slice(2, c10::nullopt, c10::nullopt, step).slice(3, c10::nullopt, c10::nullopt, step);
}

struct Subsample : torch::autograd::Function<Subsample> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, int64_t step) {
    context->saved_data["step"] = step;
    context->saved_data["shape"] = x.sizes();
    return every(x, step).contiguous(x.suggest_memory_format());
  }

  static Tensors backward(torch::autograd::AutogradContext* context, Tensors gradients) {
    const at::Tensor& upstream = gradients[0];
    const auto options = upstream.options().memory_format(upstream.suggest_memory_format());
    const at::Tensor gradient = at::empty(context->saved_data["shape"].toIntVector(), options).zero_();
    every(gradient, context->saved_data["step"].toInt()).copy_(upstream);
    return {gradient, at::Tensor()};
  }
};

// subsample(x, step): B x C x H x W -> the rows and columns 0, step, 2 step, ...
Napi::Value subsample(const Napi::CallbackInfo& info) {
  const at::Tensor& x = tensorFromJs(info.Env(), info[0]);
  const int64_t step = info[1].ToNumber().Int64Value();
  TORCH_CHECK(x.dim() == 4 && step > 0, "subsample: expected a map B x C x H x W and a step above 0.");
  return {info.Env(), tensorToJs(info.Env(), Subsample::apply(x, step))};
}

}  // namespace

void exportSubsample(Napi::Object exports) { exportFunction<subsample>(exports, "subsample"); }

}  // namespace poster
