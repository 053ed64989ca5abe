/** Blurs of RAF-DB-C. Sizes marked so are for faces of 48 pixels and grow with the image. Browser-safe. */
import type { Draws } from './draws.js';
import {
  filterPlane,
  gaussian,
  gaussianKernel,
  nearest,
  reflect101,
  squareTaps,
  type Tap,
} from './filters.js';
import { mapChannels, type Picture, type Plane } from './picture.js';

/** The height of the faces that some sizes are given for. */
const givenHeight = 48;

export function gaussianBlur(picture: Picture, sigma: number): Picture {
  return mapChannels(picture, (plane) => gaussian(plane, sigma));
}

/** A disk whose edge is softened; both sizes for 48 pixels. */
export function defocusBlur(picture: Picture, radius: number, softness: number): Picture {
  const scale = picture.height / givenHeight;
  const taps = softDisk(radius * scale, softness * scale);
  return mapChannels(picture, (plane) => filterPlane(plane, taps, reflect101));
}

/** OpenCV's GaussianBlur of a disk of weights that sum to 1: 3 x 3 for radii to 8, else 5 x 5. */
function softDisk(radius: number, softness: number): Tap[] {
  const isSmall = radius <= 8;
  const from = isSmall ? -8 : -radius;
  const size = isSmall ? 17 : Math.ceil(2 * radius + 1);
  const data = new Float64Array(size * size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      data[y * size + x] = (from + x) ** 2 + (from + y) ** 2 <= radius ** 2 ? 1 : 0;
  const sum = data.reduce((a, b) => a + b, 0);
  const disk: Plane = { width: size, height: size, data: data.map((value) => value / sum) };
  const kernel = gaussianKernel(isSmall ? 1 : 2, softness);
  const rows = filterPlane(disk, squareTaps(kernel.map((a) => kernel.map((b) => a * b))), reflect101).data;
  const middle = Math.floor(size / 2);
  return [...rows].flatMap((weight, i) =>
    weight === 0 ? [] : [{ dx: (i % size) - middle, dy: Math.floor(i / size) - middle, weight }],
  );
}

/** The mean of the picture and of it enlarged by 1, 1 + step, … below `end`. */
export function zoomBlur(picture: Picture, end: number, step: number): Picture {
  const rounded = 1 + step - 1; // the factors are numpy's arange, to the bit
  const factors = Array.from({ length: Math.ceil((end - 1) / step) }, (_, i) => 1 + i * rounded);
  return mapChannels(picture, (plane) => {
    const sum = plane.data.slice();
    for (const factor of factors)
      enlarged(plane, factor).forEach((value, i) => {
        sum[i]! += value;
      });
    return { ...plane, data: sum.map((value) => value / (factors.length + 1)) };
  });
}

/** The middle of a plane, enlarged to its size between neighbours, corner on corner as SciPy's `zoom`. */
function enlarged({ width, height, data }: Plane, factor: number): Float64Array {
  const [across, down] = [zoomAxis(width, factor), zoomAxis(height, factor)];
  const out = new Float64Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [x0, x1, fx] = across(x);
      const [y0, y1, fy] = down(y);
      const top = data[y0 * width + x0]! * (1 - fx) + data[y0 * width + x1]! * fx;
      const bottom = data[y1 * width + x0]! * (1 - fx) + data[y1 * width + x1]! * fx;
      out[y * width + x] = top * (1 - fy) + bottom * fy;
    }
  return out;
}

function zoomAxis(size: number, factor: number): (at: number) => [number, number, number] {
  const cut = Math.ceil(size / factor);
  const start = Math.floor((size - cut) / 2);
  const whole = Math.max(size, roundHalfEven(cut * factor));
  const trim = Math.floor((whole - size) / 2);
  return (at) => {
    const place = whole === 1 ? 0 : ((at + trim) * (cut - 1)) / (whole - 1);
    const below = Math.min(cut - 1, Math.floor(place + 1e-9));
    return [start + below, start + Math.min(below + 1, cut - 1), Math.max(0, place - below)];
  };
}

/** Python's round. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Motion blur at an angle from -45 to 45 degrees. */
export function motionBlur(picture: Picture, radius: number, sigma: number, draws: Draws): Picture {
  return motionBlurAt(picture, radius, sigma, draws.uniform(-45, 45));
}

/** ImageMagick's motion blur; both sizes for 48 pixels, a third of them taken. */
export function motionBlurAt(picture: Picture, radius: number, sigma: number, degrees: number): Picture {
  const scale = picture.height / givenHeight;
  const taps = motionTaps(
    Math.floor((radius * scale) / 3),
    Math.max(1, Math.floor((sigma * scale) / 3)),
    degrees,
  );
  return mapChannels(picture, (plane) => filterPlane(plane, taps, nearest));
}

/** One half of a bell along the direction of motion. */
export function motionTaps(radius: number, sigma: number, degrees: number): Tap[] {
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-(i ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((a, b) => a + b, 0);
  const angle = (degrees * Math.PI) / 180;
  return weights.map((weight, i) => ({
    dx: Math.ceil(i * Math.cos(angle) - 0.5),
    dy: Math.ceil(i * Math.sin(angle) - 0.5),
    weight: weight / sum,
  }));
}
