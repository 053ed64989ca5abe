/** What the network sees of an image. Browser-safe. */
import { normalise } from './normalise.js';
import { resizeBilinear } from './resize.js';
import type { RgbImage } from './rgb-image.js';

/** Height and width of the published network's input, in pixels. */
export const imageSize = 224;

/**
 * Resizes to `size` x `size` (the aspect ratio is not kept, as torchvision's Resize((size, size)) does not) and
 * normalises, h x w x 3 -> 3 x size x size, into `out` from `offset` (counted in values).
 */
export function preprocess(image: RgbImage, out: Float32Array, offset = 0, size = imageSize): void {
  normalise(resizeBilinear(image, size, size), out, offset);
}
