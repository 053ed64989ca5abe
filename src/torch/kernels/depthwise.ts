/** Depthwise convolution with kernels of our own on the CPU. */
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
