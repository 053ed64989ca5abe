/**
 * Pillow's `Image.resize(size, BILINEAR)` for 8-bit RGB, bit for bit: what torchvision's Resize does to a PIL
 * image. Reference: Pillow, src/libImaging/Resample.c. Browser-safe.
 */
import { PosterError } from '../errors.js';
import { longestSide } from './decode/image-defect.js';
import { type Coefficients, precisionBits, resampleCoefficients } from './resample-coefficients.js';
import type { RgbImage } from './rgb-image.js';

const half = 1 << (precisionBits - 1);

/**
 * The image at `width` x `height` pixels, filtered bilinearly with antialiasing when it shrinks. Rows are
 * filtered first, columns second, each rounded to 8 bits; an axis that keeps its size is left alone. When
 * both do, the result shares the pixels of `image`.
 *
 * @throws PosterError `image.unreadable` for pixels of more than {@link longestSide} on a side
 */
export function resizeBilinear(image: RgbImage, width: number, height: number): RgbImage {
  requireBounded(image);
  const wide =
    image.width === width ? image : resizeRows(image, width, resampleCoefficients(image.width, width));
  return image.height === height
    ? wide
    : resizeColumns(wide, height, resampleCoefficients(image.height, height));
}

/** Rows are filtered before columns: a pixel's width of a million rows would become a million whole rows. */
function requireBounded({ width, height }: RgbImage): void {
  if (Math.max(width, height) <= longestSide) return;
  throw new PosterError(
    'image.unreadable',
    `Expected an image of at most ${longestSide} pixels on a side, got ${width} x ${height}; cut it into pieces.`,
  );
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
      const first = x * taps;
      const last = first + counts[x]!;
      let from = row + starts[x]! * 3;
      let red = half;
      let green = half;
      let blue = half;
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

/** Filters every column: h x w x 3 -> height x w x 3. Sums whole rows, so that memory is read in order. */
function resizeColumns(image: RgbImage, height: number, coefficients: Coefficients): RgbImage {
  const { starts, counts, taps, weights } = coefficients;
  const stride = image.width * 3;
  const data = new Uint8Array(height * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    const rows = image.data.subarray(starts[y]! * stride, (starts[y]! + counts[y]!) * stride);
    const rowWeights = weights.subarray(y * taps, y * taps + counts[y]!);
    const out = data.subarray(y * stride, (y + 1) * stride);
    if (counts[y] === 2) blendTwoRows(rows, rowWeights[0]!, rowWeights[1]!, out);
    else sumRows(rows, rowWeights, sums, out);
  }
  return { width: image.width, height, data };
}

/** What enlarging does to nearly every row, in one pass. */
function blendTwoRows(rows: Uint8Array, weight: number, nextWeight: number, out: Uint8Array): void {
  const stride = out.length;
  for (let i = 0; i < stride; i++)
    out[i] = (half + rows[i]! * weight + rows[stride + i]! * nextWeight) >> precisionBits;
}

function sumRows(rows: Uint8Array, weights: Int32Array, sums: Int32Array, out: Uint8Array): void {
  const stride = out.length;
  sums.fill(half);
  for (let k = 0, row = 0; k < weights.length; k++, row += stride) {
    const weight = weights[k]!;
    for (let i = 0; i < stride; i++) sums[i] = (sums[i]! + rows[row + i]! * weight) | 0;
  }
  for (let i = 0; i < stride; i++) out[i] = sums[i]! >> precisionBits;
}
