/** Cutting a turned and scaled square out of an image. Browser-safe. */
import type { RgbImage } from '../../image/rgb-image.js';
import { invertSimilarity, type Similarity, scaleOf } from './similarity.js';

/** Samples per output pixel and axis beyond which a smaller image no longer looks better. */
const mostSamples = 16;

/**
 * The square of `size` pixels that `transform` takes the image to, sampled bilinearly; when it shrinks, each
 * pixel is the mean of as many samples as it covers source pixels. Beyond the image its border is repeated.
 *
 * @param transform from image coordinates to coordinates in the square
 */
export function warp(image: RgbImage, transform: Similarity, size: number): RgbImage {
  const inverse = invertSimilarity(transform);
  const samples = Math.min(Math.max(Math.ceil(scaleOf(inverse)), 1), mostSamples);
  const data = new Uint8Array(size * size * 3);
  const sum = new Float64Array(3);
  for (let y = 0, to = 0; y < size; y++) {
    for (let x = 0; x < size; x++, to += 3) {
      sum.fill(0);
      for (let v = 0.5; v < samples; v++) {
        for (let u = 0.5; u < samples; u++) {
          const column = x + u / samples;
          const row = y + v / samples;
          const sourceX = inverse.a * column - inverse.b * row + inverse.dx;
          const sourceY = inverse.b * column + inverse.a * row + inverse.dy;
          addSample(image, sourceX - 0.5, sourceY - 0.5, sum); // pixels are centred at halves
        }
      }
      for (let channel = 0; channel < 3; channel++)
        data[to + channel] = Math.round(sum[channel]! / samples ** 2);
    }
  }
  return { width: size, height: size, data };
}

/** Adds the colour at a position between pixel centres. */
function addSample({ width, height, data }: RgbImage, x: number, y: number, sum: Float64Array): void {
  const column = Math.min(Math.max(x, 0), width - 1);
  const row = Math.min(Math.max(y, 0), height - 1);
  const left = Math.floor(column);
  const top = Math.floor(row);
  const across = column - left;
  const down = row - top;
  const first = (top * width + left) * 3;
  const right = left + 1 < width ? 3 : 0;
  const below = top + 1 < height ? width * 3 : 0;
  for (let channel = 0; channel < 3; channel++) {
    const at = first + channel;
    const upper = data[at]! + across * (data[at + right]! - data[at]!);
    const lower = data[at + below]! + across * (data[at + below + right]! - data[at + below]!);
    sum[channel] = sum[channel]! + upper + down * (lower - upper);
  }
}
