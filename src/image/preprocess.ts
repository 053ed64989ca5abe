/**
 * Images, from the bytes of a file to the numbers that the network sees, as Pillow and torchvision have them.
 * Here: what the network sees of an image. Browser-safe.
 */
import { valuesPerImage } from '../network/config.js';
import { normalise } from './normalise.js';
import { resizeBilinear } from './resize.js';
import { type RgbImage, toGrey } from './rgb-image.js';

/** How an image becomes the network's input: part of every model. */
export interface Preprocessing {
  /** Height and width of the input in pixels. */
  readonly size: number;
  /** `grey`: colours are reduced to their luma, in all three channels. */
  readonly color: 'rgb' | 'grey';
}

/**
 * The image as the network is shown it: size x size pixels (the aspect ratio is not kept, as torchvision's
 * Resize((size, size)) does not), then grey where the model is.
 */
export function toInput(image: RgbImage, { size, color }: Preprocessing): RgbImage {
  const resized = resizeBilinear(image, size, size);
  return color === 'grey' ? toGrey(resized) : resized;
}

/** The input, normalised: h x w x 3 -> 3 x size x size, into `out` from `offset` (counted in values). */
export function preprocess(
  image: RgbImage,
  preprocessing: Preprocessing,
  out: Float32Array,
  offset = 0,
): void {
  normalise(toInput(image, preprocessing), out, offset);
}

/** The inputs of images, one after the other: images x 3 x size x size. */
export function preprocessAll(images: readonly RgbImage[], preprocessing: Preprocessing): Float32Array {
  const values = valuesPerImage({ imageSize: preprocessing.size });
  const input = new Float32Array(images.length * values);
  images.forEach((image, i) => {
    preprocess(image, preprocessing, input, i * values);
  });
  return input;
}
