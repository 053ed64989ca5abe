// PReLU with one slope per channel on the CPU: forward, and backward to the input and the slopes in one pass over memory.
// libtorch's own backward is many times slower, writes a gradient of the slopes as large as the input and wants the slopes
// in the input's type. Sums are float32, taken in an order that depends on the shape alone.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "errors.h"
#include "exports.h"
#include "handle.h"
#include "parallel.h"
#include "stored.h"

#define POSTER_KERNELS "prelu-kernels.h"
#include "for-each-processor.h"

namespace poster {
namespace {

using Tensors = std::vector<at::Tensor>;

// How x lies in memory: `outer` times all channels times `inner` values. Where channels lie side by side inner is 1.
struct Layout {
  int64_t outer, channels, inner;
  at::MemoryFormat format;
};

Layout layoutOf(const at::Tensor& x) {
  const int64_t channels = x.size(1);
  const int64_t perChannel = x.numel() / channels;
  const at::MemoryFormat format = x.suggest_memory_format();
  if (format != at::MemoryFormat::Contiguous) return {perChannel, channels, 1, format};
  return {x.size(0), channels, perChannel / x.size(0), format};
}

// Values that one task works on, so that they stay in the cache next to a core.
constexpr int64_t valuesPerTask = 8192;

int64_t rowsPerTask(int64_t valuesPerRow) { return std::max<int64_t>(1, valuesPerTask / valuesPerRow); }

// Calls work(first row, rows, task) for pieces of the rows.
template <class Work>
void overRows(int64_t rows, int64_t valuesPerRow, const Work& work) {
  const int64_t step = rowsPerTask(valuesPerRow);
  inParallel((rows + step - 1) / step, [&](int64_t task) {
    const int64_t first = task * step;
    work(first, std::min(step, rows - first), task);
  });
}

template <class T>
void forwardOf(const at::Tensor& input, const at::Tensor& output, const float* slopes, const Layout& layout) {
  const auto [outer, channels, inner, format] = layout;
  const T* const x = stored<T>(input);
  T* const y = stored<T>(output);
  if (inner == 1) {
    const auto kernel = POSTER_KERNEL(preluPixels<T>);
    overRows(outer, channels, [&, channels = channels](int64_t row, int64_t rows, int64_t) {
      kernel(x + row * channels, y + row * channels, slopes, rows, channels);
    });
  } else {
    const auto kernel = POSTER_KERNEL(preluRow<T>);
    overRows(outer * channels, inner, [&, channels = channels, inner = inner](int64_t first, int64_t rows, int64_t) {
      for (int64_t row = first; row < first + rows; row++)
        kernel(x + row * inner, y + row * inner, slopes[row % channels], inner);
    });
  }
}

// Writes dx; returns sums for the slopes' gradient, K x channels, to be added up over K.
template <class T>
at::Tensor backwardOf(const at::Tensor& input, const at::Tensor& upstream, const at::Tensor& gradient,
                      const float* slopes, const Layout& layout) {
  const auto [outer, channels, inner, format] = layout;
  const T *const x = stored<T>(input), *const dy = stored<T>(upstream);
  T* const dx = stored<T>(gradient);
  if (inner == 1) {
    const int64_t step = rowsPerTask(channels);
    const at::Tensor sums = at::empty({(outer + step - 1) / step, channels}, at::TensorOptions(at::kFloat));
    float* const sum = sums.data_ptr<float>();
    void (*const kernel)(const T*, const T*, T*, const float*, float*, int64_t, int64_t) =
        POSTER_KERNEL(preluPixelsBackward<T>);
    overRows(outer, channels, [&, channels = channels](int64_t row, int64_t rows, int64_t task) {
      const int64_t at = row * channels;
      kernel(x + at, dy + at, dx + at, slopes, sum + task * channels, rows, channels);
    });
    return sums;
  }
  const at::Tensor sums = at::empty({outer, channels}, at::TensorOptions(at::kFloat));
  float* const sum = sums.data_ptr<float>();
  const auto kernel = POSTER_KERNEL(preluRowBackward<T>);
  overRows(outer * channels, inner, [&, channels = channels, inner = inner](int64_t first, int64_t rows, int64_t) {
    for (int64_t row = first; row < first + rows; row++)
      sum[row] = kernel(x + row * inner, dy + row * inner, dx + row * inner, slopes[row % channels], inner);
  });
  return sums;
}

at::Tensor forwardHere(const at::Tensor& x, const at::Tensor& slopes) {
  const Layout layout = layoutOf(x);
  const at::Tensor input = x.contiguous(layout.format);
  const at::Tensor output = at::empty_like(input);
  const at::Tensor floats = slopes.contiguous();
  const float* const slope = floats.data_ptr<float>();
  byType(x, [&](auto type) { forwardOf<decltype(type)>(input, output, slope, layout); });
  return output;
}

Tensors backwardHere(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& dy) {
  const Layout layout = layoutOf(x);
  const at::Tensor input = x.contiguous(layout.format);
  const at::Tensor upstream = dy.contiguous(layout.format);
  const at::Tensor gradient = at::empty_like(input);
  const at::Tensor floats = slopes.contiguous();
  const float* const slope = floats.data_ptr<float>();
  at::Tensor sums;
  byType(x, [&](auto type) { sums = backwardOf<decltype(type)>(input, upstream, gradient, slope, layout); });
  return {gradient, sums.sum(0)};
}

// In libtorch's own operators, which can be differentiated again.
Tensors differentiableBackward(const at::Tensor& x, const at::Tensor& slopes, const at::Tensor& dy) {
  std::vector<int64_t> shape(x.dim(), 1), axes;
  shape[1] = x.size(1);
  for (int64_t axis = 0; axis < x.dim(); axis++)
    if (axis != 1) axes.push_back(axis);
  const at::Tensor slope = slopes.view(shape).to(x.scalar_type());
  const at::Tensor positive = x > 0;
  const at::Tensor products = at::where(positive, at::zeros_like(x), x * dy);
  return {at::where(positive, dy, slope * dy), products.sum(axes, /*keepdim=*/false, slopes.scalar_type())};
}

struct Prelu : torch::autograd::Function<Prelu> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& slopes) {
    context->save_for_backward({x, slopes});
    return forwardHere(x, slopes);
  }

  static Tensors backward(torch::autograd::AutogradContext* context, Tensors gradients) {
    const Tensors saved = context->get_saved_variables();
    const auto compute = at::GradMode::is_enabled() ? differentiableBackward : backwardHere;
    return compute(saved[0], saved[1], gradients[0]);
  }
};

// Whether the kernels above know this: bfloat16 or float32 on the CPU, one float32 slope per channel.
bool isOurs(const at::Tensor& x, const at::Tensor& slopes) {
  return isStored(x) && slopes.scalar_type() == at::kFloat && x.device().is_cpu() && slopes.device().is_cpu() &&
         x.dim() >= 2 && x.numel() > 0 && slopes.dim() == 1 && slopes.size(0) == x.size(1);
}

// prelu(x, slopes): x as it is where positive, else times its channel's slope; B x C or B x C x ...
Napi::Value prelu(const Napi::CallbackInfo& info) {
  const at::Tensor& x = tensorFromJs(info.Env(), info[0]);
  const at::Tensor& slopes = tensorFromJs(info.Env(), info[1]);
  return {info.Env(), tensorToJs(info.Env(), isOurs(x, slopes) ? Prelu::apply(x, slopes) : at::prelu(x, slopes))};
}

}  // namespace

void exportPrelu(Napi::Object exports) { exportFunction<prelu>(exports, "prelu"); }

}  // namespace poster
