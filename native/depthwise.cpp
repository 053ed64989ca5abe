// 3 x 3 depthwise convolution of channels-last bfloat16 maps on the CPU, forward and backward. oneDNN's backward at stride
// 2 takes fifteen times as long, and all of it fifty times where the processor has no bfloat16. Weights stay float32; sums
// are float32, in an order that depends on the shape alone.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "autocast.h"
#include "errors.h"
#include "exports.h"
#include "handle.h"
#include "parallel.h"
#include "stored.h"

namespace poster {
namespace {

// Of an image; `out` of what comes out.
struct DepthwiseShape {
  int64_t height, width, channels, outHeight, outWidth, stride, padding;
};

}  // namespace
}  // namespace poster

#define POSTER_KERNELS "depthwise-kernels.h"
#include "for-each-processor.h"

namespace poster {
namespace {

using Tensors = std::vector<at::Tensor>;

constexpr auto channelsLast = at::MemoryFormat::ChannelsLast;

DepthwiseShape shapeOf(const at::Tensor& x, int64_t stride, int64_t padding) {
  const int64_t height = x.size(2), width = x.size(3);
  const auto out = [&](int64_t size) { return (size + 2 * padding - 3) / stride + 1; };
  return {height, width, x.size(1), out(height), out(width), stride, padding};
}

// C x 1 x 3 x 3 -> 9 x C, as the kernels read them.
at::Tensor placesFirst(const at::Tensor& weight) { return weight.reshape({-1, 9}).t().contiguous(); }

void forwardOf(const DepthwiseShape& shape, const at::Tensor& input, const at::Tensor& weights,
               const at::Tensor& output) {
  const auto kernel = shape.stride == 1 ? POSTER_KERNEL(depthwiseRowOfAll) : POSTER_KERNEL(depthwiseRow);
  const uint16_t* const x = stored<uint16_t>(input);
  uint16_t* const y = stored<uint16_t>(output);
  const float* const w = weights.data_ptr<float>();
  const int64_t image = shape.height * shape.width * shape.channels, row = shape.outWidth * shape.channels;
  inParallel(input.size(0) * shape.outHeight, [&](int64_t task) {
    kernel(shape, x + task / shape.outHeight * image, w, y + task * row, task % shape.outHeight);
  });
}

void inputGradientOf(const DepthwiseShape& shape, const at::Tensor& upstream, const at::Tensor& weights,
                     const at::Tensor& gradient) {
  if (shape.stride == 1 && shape.padding <= 2) {  // again a convolution, with the kernels turned by 180 degrees
    const auto [height, width, channels, outHeight, outWidth, stride, padding] = shape;
    const DepthwiseShape turned{outHeight, outWidth, channels, height, width, 1, 2 - padding};
    return forwardOf(turned, upstream, weights.flip(0), gradient);
  }
  const auto kernel = POSTER_KERNEL(depthwiseRowBackward);
  const uint16_t* const dy = stored<uint16_t>(upstream);
  uint16_t* const dx = stored<uint16_t>(gradient);
  const float* const w = weights.data_ptr<float>();
  const int64_t image = shape.outHeight * shape.outWidth * shape.channels, row = shape.width * shape.channels;
  inParallel(upstream.size(0) * shape.height, [&](int64_t task) {
    kernel(shape, dy + task / shape.height * image, w, dx + task * row, task % shape.height);
  });
}

// Of each image: B x 9 x C.
at::Tensor weightGradientOf(const DepthwiseShape& shape, const at::Tensor& input, const at::Tensor& upstream) {
  const auto kernel = shape.stride == 1 ? POSTER_KERNEL(depthwiseWeightGradientOfAll)
                                        : POSTER_KERNEL(depthwiseWeightGradient);
  const at::Tensor sums = at::empty({input.size(0), 9, shape.channels}, at::TensorOptions(at::kFloat));
  const uint16_t *const x = stored<uint16_t>(input), *const dy = stored<uint16_t>(upstream);
  float* const sum = sums.data_ptr<float>();
  const int64_t image = shape.height * shape.width * shape.channels;
  const int64_t outImage = shape.outHeight * shape.outWidth * shape.channels;
  inParallel(input.size(0), [&](int64_t i) {
    kernel(shape, x + i * image, dy + i * outImage, sum + i * 9 * shape.channels);
  });
  return sums;
}

at::Tensor forwardHere(const at::Tensor& x, const at::Tensor& weight, int64_t stride, int64_t padding) {
  const DepthwiseShape shape = shapeOf(x, stride, padding);
  const at::Tensor input = x.contiguous(channelsLast);
  const at::Tensor output = at::empty({x.size(0), shape.channels, shape.outHeight, shape.outWidth},
                                      x.options().memory_format(channelsLast));
  forwardOf(shape, input, placesFirst(weight), output);
  return output;
}

Tensors backwardHere(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& dy, int64_t stride,
                     int64_t padding) {
  const DepthwiseShape shape = shapeOf(x, stride, padding);
  const at::Tensor input = x.contiguous(channelsLast);
  const at::Tensor upstream = dy.contiguous(channelsLast);
  const at::Tensor gradient = at::empty_like(input);
  inputGradientOf(shape, upstream, placesFirst(weight), gradient);
  const at::Tensor sums = weightGradientOf(shape, input, upstream);
  return {gradient, sums.sum(0).t().reshape(weight.sizes())};
}

// In libtorch's own operator, which can be differentiated again.
Tensors differentiableBackward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& dy, int64_t stride,
                               int64_t padding) {
  const auto [dx, dWeight, none] =
      at::convolution_backward(dy, x, weight.to(x.scalar_type()), c10::nullopt, {stride, stride}, {padding, padding},
                               {1, 1}, false, {0, 0}, x.size(1), {true, true, false});
  return {dx, dWeight.to(weight.scalar_type())};
}

struct Depthwise : torch::autograd::Function<Depthwise> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            int64_t stride, int64_t padding) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    return forwardHere(x, weight, stride, padding);
  }

  static Tensors backward(torch::autograd::AutogradContext* context, Tensors gradients) {
    const Tensors saved = context->get_saved_variables();
    const auto compute = at::GradMode::is_enabled() ? differentiableBackward : backwardHere;
    Tensors results = compute(saved[0], saved[1], gradients[0], context->saved_data["stride"].toInt(),
                              context->saved_data["padding"].toInt());
    results.resize(4);  // nothing for stride and padding
    return results;
  }
};

// Whether the kernels above know this: channels-last maps of bfloat16 on the CPU, float32 weights of 3 x 3.
bool isOurs(const at::Tensor& x, const at::Tensor& weight, int64_t padding) {
  return x.scalar_type() == at::kBFloat16 && x.layout() == at::kStrided && x.device().is_cpu() && x.dim() == 4 && x.numel() > 0 &&
         x.is_contiguous(channelsLast) && weight.device().is_cpu() && weight.scalar_type() == at::kFloat &&
         weight.sizes() == at::IntArrayRef({x.size(1), 1, 3, 3}) && x.size(2) + 2 * padding >= 3 &&
         x.size(3) + 2 * padding >= 3;
}

// depthwise(x, weight, stride, padding): each channel convolved with a kernel of its own, without bias.
Napi::Value depthwise(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const at::Tensor& given = tensorFromJs(env, info[0]);
  const at::Tensor& weight = tensorFromJs(env, info[1]);
  const int64_t stride = info[2].ToNumber().Int64Value(), padding = info[3].ToNumber().Int64Value();
  const at::Tensor x = asAutocast(given);
  if (isOurs(x, weight, padding) && stride > 0 && padding >= 0)
    return {env, tensorToJs(env, Depthwise::apply(x, weight, stride, padding))};
  return {env, tensorToJs(env, at::conv2d(given, weight, {}, stride, padding, 1, weight.size(0)))};
}

}  // namespace

void exportDepthwise(Napi::Object exports) { exportFunction<depthwise>(exports, "depthwise"); }

}  // namespace poster
