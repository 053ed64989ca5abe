/**
 * Intervals by resampling images with replacement (Efron's percentile bootstrap). Figures that are taken of one resample
 * together are paired: two models are evaluated on the same images each time. Browser-safe.
 */
import type { Random } from '../../tensor/random.js';
import type { Interval } from '../metrics.js';

/** A figure and its 95 % interval; in [0, 1], differences in [-1, 1]. */
export interface Estimate extends Interval {
  value: number;
}

/** Enough that the ends of an interval move by less than a tenth of its width from seed to seed. */
export const defaultResamples = 2000;

export interface BootstrapOptions {
  readonly random: Random;
  readonly resamples?: number;
  /** Part of the resamples whose figures the interval holds. Default 0.95. */
  readonly level?: number;
}

/**
 * Figures of all images with their intervals.
 *
 * @param count how many images there are.
 * @param figures takes image numbers, some of them several times, and returns the figures; NaN where one is not defined
 * for these, which leaves it out of this figure's interval.
 */
export function bootstrap(
  count: number,
  figures: (images: Uint32Array) => readonly number[],
  { random, resamples = defaultResamples, level = 0.95 }: BootstrapOptions,
): Estimate[] {
  const images = Uint32Array.from({ length: count }, (_, i) => i);
  const values = figures(images);
  const drawn = values.map(() => new Float64Array(resamples)); // figures x resamples
  for (let resample = 0; resample < resamples; resample++) {
    for (let i = 0; i < count; i++) images[i] = Math.floor(random() * count);
    figures(images).forEach((value, figure) => {
      drawn[figure]![resample] = value;
    });
  }
  return values.map((value, figure) => {
    const sorted = drawn[figure]!.filter((one) => !Number.isNaN(one)).sort();
    return { value, low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
  });
}

/** The mean of the values of these images. */
export function meanOver(values: Float64Array, images: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < images.length; i++) sum += values[images[i]!]!;
  return sum / images.length;
}

/** The quantile of sorted values, between neighbours in proportion (numpy's `linear`); NaN of none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (place - below);
}
