/** Operations on maps for which libtorch has no kernel, or a slower one on the CPU. */
import { native } from '../addon.js';
import { Tensor } from '../tensor.js';

/**
 * Convolves each channel with a kernel of its own, as aten::conv2d of C groups without bias. x: B x C x H x W;
 * weight: C x 1 x K x K. Channels-last bfloat16 maps on the CPU with float32 weights of 3 x 3 go to kernels of our own,
 * which keep the weights in float32 under autocast; everything else is aten::conv2d.
 */
export function depthwise(x: Tensor, weight: Tensor, stride: number, padding: number): Tensor {
  return new Tensor(native((engine) => engine.depthwise(x.handle, weight.handle, stride, padding)));
}

/**
 * x where positive, else x times the slope of its channel, as aten::prelu. x: B x C or B x C x H x W, bfloat16 or float32;
 * slopes: C, float32, also under autocast. On the CPU forward and backward each pass over memory once; elsewhere, and for
 * other types, it is aten::prelu.
 */
export function prelu(x: Tensor, slopes: Tensor): Tensor {
  return new Tensor(native((engine) => engine.prelu(x.handle, slopes.handle)));
}

/** Every `step`-th row and column of x, B x C x H x W, from the first: a copy in the layout of x, as is its gradient. */
export function subsample(x: Tensor, step: number): Tensor {
  return new Tensor(native((engine) => engine.subsample(x.handle, step)));
}
