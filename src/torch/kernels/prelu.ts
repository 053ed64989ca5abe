/** PReLU with kernels of our own on the CPU. */
import { native } from '../addon.js';
import { Tensor } from '../tensor.js';

/**
 * x where positive, else x times the slope of its channel, as aten::prelu. x: B x C or B x C x H x W, bfloat16 or float32;
 * slopes: C, float32, also under autocast. On the CPU forward and backward each pass over memory once; elsewhere, and for
 * other types, it is aten::prelu.
 */
export function prelu(x: Tensor, slopes: Tensor): Tensor {
  return new Tensor(native((engine) => engine.prelu(x.handle, slopes.handle)));
}
