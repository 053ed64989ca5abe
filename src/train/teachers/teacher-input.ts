/** A training's batch as another network wants its input. */
import { imagenetMean, imagenetStd } from '../../image/normalise.js';
import type { InputColor } from '../../model/model-card.js';
import { callTensor } from '../../torch/call.js';
import { scope } from '../../torch/scope.js';
import { fromNumbers, type Tensor } from '../../torch/tensor.js';

export interface TeacherInput {
  /** Height and width in pixels. */
  readonly size: number;
  readonly color: InputColor;
}

/**
 * The same images resized and, where the network wants it, reduced to grey.
 * @param images B x 3 x S x S, normalised
 * @returns B x 3 x size x size, normalised; the same tensor where nothing is to be done
 */
export function teacherInput(images: Tensor, { size, color }: TeacherInput): Tensor {
  return scope(() => {
    const resized = images.shape[2] === size ? images : resizeBilinear(images, size);
    return color === 'grey' ? toGrey(resized) : resized;
  });
}

/** As the preprocessing of files: with antialiasing where images shrink. */
function resizeBilinear(images: Tensor, size: number): Tensor {
  return callTensor('aten::_upsample_bilinear2d_aa', images, [size, size], false, null, null);
}

/** The shares of red, green and blue in Pillow's luma (ITU-R 601-2). */
const luma = [19595 / 65536, 38470 / 65536, 7471 / 65536] as const;

function toGrey(images: Tensor): Tensor {
  const perChannel = (values: readonly number[]) => fromNumbers(values, [1, 3, 1, 1], images.device);
  const [mean, std] = [perChannel(imagenetMean), perChannel(imagenetStd)];
  const pixels = callTensor('aten::addcmul', mean, images, std); // B x 3 x S x S
  const parts = callTensor('aten::mul.Tensor', pixels, perChannel(luma));
  const grey = callTensor('aten::sum.dim_IntList', parts, [1], true); // B x 1 x S x S
  return callTensor('aten::div.Tensor', callTensor('aten::sub.Tensor', grey, mean), std);
}
