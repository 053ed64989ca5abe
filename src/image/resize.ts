/**
 * Pillow's `Image.resize(size, BILINEAR)` for 8-bit RGB, bit for bit: what torchvision's Resize does to a PIL
 * image. Reference: Pillow, src/libImaging/Resample.c. Browser-safe.
 */
import { type Coefficients, precisionBits, resampleCoefficients } from './resample-coefficients.js';
import type { RgbImage } from './rgb-image.js';

const half = 1 << (precisionBits - 1);

/**
 * The image at `width` x `height` pixels, filtered bilinearly with antialiasing when it shrinks. Rows are
 * filtered first, columns second, each rounded to 8 bits; an axis that keeps its size is left alone. When
 * both do, the result shares the pixels of `image`.
 */
export function resizeBilinear(image: RgbImage, width: number, height: number): RgbImage {
  const wide =
    image.width === width ? image : resizeRows(image, width, resampleCoefficients(image.width, width));
  return image.height === height
    ? wide
    : resizeColumns(wide, height, resampleCoefficients(image.height, height));
}

/** Filters every row: h x w x 3 -> h x width x 3. */
function resizeRows(
  image: RgbImage,
  width: number,
  { starts, counts, taps, weights }: Coefficients,
): RgbImage {
  const source = image.data;
  const data = new Uint8Array(image.height * width * 3);
  let to = 0;
  for (let y = 0; y < image.height; y++) {
    const row = y * image.width * 3;
    for (let x = 0; x < width; x++) {
      let red = half;
      let green = half;
      let blue = half;
      let from = row + starts[x]! * 3;
      const first = x * taps;
      const last = first + counts[x]!;
      for (let k = first; k < last; k++) {
        const weight = weights[k]!;
        red = (red + source[from]! * weight) | 0;
        green = (green + source[from + 1]! * weight) | 0;
        blue = (blue + source[from + 2]! * weight) | 0;
        from += 3;
      }
      data[to] = red >> precisionBits;
      data[to + 1] = green >> precisionBits;
      data[to + 2] = blue >> precisionBits;
      to += 3;
    }
  }
  return { width, height: image.height, data };
}

/** Filters every column: h x w x 3 -> height x w x 3. Sums whole rows, so memory is read in order. */
function resizeColumns(
  image: RgbImage,
  height: number,
  { starts, counts, taps, weights }: Coefficients,
): RgbImage {
  const stride = image.width * 3;
  const source = image.data;
  const data = new Uint8Array(height * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    for (let tap = 0; tap < counts[y]!; tap++) {
      const weight = weights[y * taps + tap]!;
      const row = (starts[y]! + tap) * stride;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i]! + source[row + i]! * weight) | 0;
    }
    const to = y * stride;
    for (let i = 0; i < stride; i++) data[to + i] = sums[i]! >> precisionBits;
  }
  return { width: image.width, height, data };
}
