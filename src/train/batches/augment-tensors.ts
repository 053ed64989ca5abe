/** Applies drawn augmentations to a batch on the device that trains: all but the flip, which the loader does. */
import { imagenetMean, imagenetStd } from '../../image/normalise.js';
import type { Device } from '../../torch/addon.js';
import { callTensor } from '../../torch/call.js';
import { scope } from '../../torch/scope.js';
import { fromNumbers, fromValues, type Tensor } from '../../torch/tensor.js';
import type { AffineTransform, Augmentation, Rectangle } from './augment.js';

/** The augmented images, B x 3 x S x S; the same tensor where nothing is to be done. */
export function augmentImages(images: Tensor, augmentations: readonly Augmentation[]): Tensor {
  return scope(() =>
    mix(erase(jitter(move(images, augmentations), augmentations), augmentations), augmentations),
  );
}

/**
 * Targets of images that were mixed: B x classes, each row mixed as its image was; the same tensor without mixup.
 * @param targets B x classes, rows that sum to 1
 */
export function mixTargets(targets: Tensor, augmentations: readonly Augmentation[]): Tensor {
  return mix(targets, augmentations);
}

const bilinear = 0;
const borderPadding = 1;

/** Rotates, shifts, scales and shears; what comes into view from outside repeats the border. */
function move(images: Tensor, augmentations: readonly Augmentation[]): Tensor {
  if (!augmentations.some(({ affine }) => affine)) return images;
  const matrices = augmentations.flatMap(({ affine }) => samplingMatrix(affine ?? identity));
  const theta = fromNumbers(matrices, [augmentations.length, 2, 3], images.device);
  const grid = callTensor('aten::affine_grid_generator', theta, images.shape, false); // B x S x S x 2
  return callTensor('aten::grid_sampler', images, grid, bilinear, borderPadding, false);
}

const identity: AffineTransform = { angle: 0, shift: [0, 0], scale: 1, shear: 0 };

/**
 * Where each output pixel is taken from, in coordinates of -1 to 1: the inverse of scale * rotation * shear and
 * shift, row by row, 2 x 3.
 */
function samplingMatrix({ angle, shift: [x, y], scale, shear }: AffineTransform): number[] {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const slant = Math.tan((shear * Math.PI) / 180);
  // The inverse rotation in image coordinates (y down), after the inverse shear of rows.
  const a = (cos + slant * sin) / scale;
  const b = (slant * cos - sin) / scale;
  const c = sin / scale;
  const d = cos / scale;
  return [a, b, -2 * (a * x + b * y), c, d, -2 * (c * x + d * y)];
}

/** Brightness and contrast as torchvision's ColorJitter, in pixels of 0 to 1. */
function jitter(images: Tensor, augmentations: readonly Augmentation[]): Tensor {
  if (!augmentations.some(({ brightness, contrast }) => brightness !== undefined || contrast !== undefined))
    return images;
  const { device } = images;
  const [std, mean] = [perChannel(imagenetStd, device), perChannel(imagenetMean, device)];
  const brightness = perImage(augmentations, ({ brightness = 1 }) => brightness, device);
  const contrast = perImage(augmentations, ({ contrast = 1 }) => contrast, device);
  const pixels = multiply(callTensor('aten::addcmul', mean, images, std), brightness); // B x 3 x S x S
  const level = callTensor('aten::mean.dim', pixels, [1, 2, 3], true); // B x 1 x 1 x 1
  const jittered = callTensor('aten::clamp', callTensor('aten::lerp.Tensor', level, pixels, contrast), 0, 1);
  return callTensor('aten::div.Tensor', callTensor('aten::sub.Tensor', jittered, mean), std);
}

/** Sets each image's rectangle to 0. */
function erase(images: Tensor, augmentations: readonly Augmentation[]): Tensor {
  if (!augmentations.some(({ erase }) => erase)) return images;
  const [batch, , size] = images.shape as [number, number, number, number];
  const mask = new Uint8Array(batch * size * size);
  augmentations.forEach(({ erase }, i) => {
    if (erase) markRectangle(mask.subarray(i * size * size, (i + 1) * size * size), size, erase);
  });
  const erased = callTensor(
    'aten::to.dtype',
    fromValues(mask, [batch, 1, size, size], images.device),
    'bool',
  );
  return callTensor('aten::masked_fill.Scalar', images, erased, 0);
}

function markRectangle(mask: Uint8Array, size: number, { top, left, height, width }: Rectangle): void {
  for (let y = top; y < top + height; y++) mask.fill(1, y * size + left, y * size + left + width);
}

/** Each row becomes a mixture with that of the batch read backwards (mixup, arXiv 1710.09412). */
function mix(values: Tensor, augmentations: readonly Augmentation[]): Tensor {
  if (!augmentations.some(({ mix }) => mix !== undefined)) return values;
  const shares = augmentations.map(({ mix = 1 }) => mix);
  const own = fromNumbers(shares, [shares.length, ...values.shape.slice(1).map(() => 1)], values.device);
  return callTensor('aten::lerp.Tensor', callTensor('aten::flip', values, [0]), values, own);
}

function perChannel(values: readonly number[], device: Device): Tensor {
  return fromNumbers(values, [1, 3, 1, 1], device);
}

function perImage(
  augmentations: readonly Augmentation[],
  value: (augmentation: Augmentation) => number,
  device: Device,
): Tensor {
  return fromNumbers(augmentations.map(value), [augmentations.length, 1, 1, 1], device);
}

function multiply(a: Tensor, b: Tensor): Tensor {
  return callTensor('aten::mul.Tensor', a, b);
}
