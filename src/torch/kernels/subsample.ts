/** Fewer rows and columns of a map. */
import { native } from '../addon.js';
import { Tensor } from '../tensor.js';

/** Every `step`-th row and column of x, B x C x H x W, from the first: a copy in the layout of x, as is its gradient. */
export function subsample(x: Tensor, step: number): Tensor {
  return new Tensor(native((engine) => engine.subsample(x.handle, step)));
}
