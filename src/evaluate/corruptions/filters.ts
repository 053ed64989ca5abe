/** Linear filters as scikit-image and OpenCV have them. Browser-safe. */
import type { Plane } from './picture.js';

/** A coordinate brought into the plane. */
type Border = (at: number, size: number) => number;

/** aaa|abc|ccc, scikit-image's and ImageMagick's. */
export const nearest: Border = (at, size) => Math.min(size - 1, Math.max(0, at));

/** cb|abc|ba, OpenCV's. */
export const reflect101: Border = (at, size) => {
  if (size === 1) return 0;
  const period = 2 * size - 2;
  const place = ((at % period) + period) % period;
  return place < size ? place : period - place;
};

/** A kernel entry: where it looks, and its weight. */
export interface Tap {
  readonly dx: number;
  readonly dy: number;
  readonly weight: number;
}

/** The weighted sum of what the taps see around every pixel (correlation). */
export function filterPlane(plane: Plane, taps: readonly Tap[], border: Border): Plane {
  const { width, height, data } = plane;
  const out = new Float64Array(data.length);
  for (const { dx, dy, weight } of taps)
    for (let y = 0; y < height; y++) {
      const row = border(y + dy, height) * width;
      for (let x = 0; x < width; x++) out[y * width + x]! += weight * data[row + border(x + dx, width)]!;
    }
  return { width, height, data: out };
}

/** scikit-image's `gaussian`: to four deviations, edges repeated. */
export function gaussian(plane: Plane, sigma: number): Plane {
  const radius = Math.floor(4 * sigma + 0.5);
  const kernel = gaussianKernel(radius, sigma);
  const along = (axis: 'dx' | 'dy') =>
    kernel.map((weight, i): Tap => ({ dx: 0, dy: 0, weight, [axis]: i - radius }));
  return filterPlane(filterPlane(plane, along('dx'), nearest), along('dy'), nearest);
}

/** Weights from -radius to radius with the sum 1. */
export function gaussianKernel(radius: number, sigma: number): number[] {
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** The taps of a square kernel given row by row. */
export function squareTaps(rows: readonly (readonly number[])[]): Tap[] {
  const radius = (rows.length - 1) / 2;
  return rows.flatMap((row, y) =>
    row.map((weight, x) => ({ dx: x - radius, dy: y - radius, weight })).filter(({ weight }) => weight !== 0),
  );
}

/** The mean of 3 x 3 pixels, as OpenCV's `blur`. */
export function boxBlur(plane: Plane): Plane {
  return filterPlane(plane, squareTaps(new Array(3).fill(new Array(3).fill(1 / 9))), reflect101);
}
