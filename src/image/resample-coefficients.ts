/**
 * The filter weights of Pillow's bilinear resampling (Resample.c: precompute_coeffs, normalize_coeffs_8bpc).
 * Browser-safe.
 */

/** Weights are integers in units of 2^-22, so that 255 times their sum fits 32 bits with room to round. */
export const precisionBits = 22;

/** Output i is the sum of `weights[i * taps + k] * input[starts[i] + k]` over k < counts[i]. */
export interface Coefficients {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly taps: number;
  readonly weights: Int32Array;
}

/** Image sizes repeat within a dataset; a few recent ones are worth keeping. */
const cacheCapacity = 32;
const cache = new Map<string, Coefficients>();

/** The weights that take a line of `inputSize` pixels to `outputSize` pixels. */
export function resampleCoefficients(inputSize: number, outputSize: number): Coefficients {
  const key = `${inputSize}:${outputSize}`;
  const known = cache.get(key);
  if (known) return known;
  const made = makeCoefficients(inputSize, outputSize);
  if (cache.size === cacheCapacity) cache.delete(cache.keys().next().value!);
  cache.set(key, made);
  return made;
}

function makeCoefficients(inputSize: number, outputSize: number): Coefficients {
  const scale = inputSize / outputSize;
  const support = Math.max(scale, 1); // the triangle's half width, stretched when the image shrinks
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputSize);
  const counts = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * taps);
  for (let i = 0; i < outputSize; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), inputSize);
    starts[i] = start;
    counts[i] = end - start;
    weights.set(fixedPoint(triangle(start, end, center, support)), i * taps);
  }
  return { starts, counts, taps, weights };
}

/** The triangle filter's values at the pixel centres of [start, end), in double precision. */
function triangle(start: number, end: number, center: number, support: number): number[] {
  const inverse = 1 / support;
  return Array.from({ length: end - start }, (_, k) =>
    Math.max(1 - Math.abs((k + start - center + 0.5) * inverse), 0),
  );
}

/** Values scaled to a sum of 1 and rounded, half away from zero, to units of 2^-22. */
function fixedPoint(values: number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => Math.trunc(0.5 + (sum === 0 ? value : value / sum) * 2 ** precisionBits));
}
