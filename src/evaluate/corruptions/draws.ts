/** The random numbers that corruptions draw. Browser-safe. */
import { type Random, standardNormal } from '../../tensor/random.js';

export interface Draws {
  /** Of the standard normal distribution. */
  normal(): number;
  /** Of Poisson's distribution. */
  poisson(mean: number): number;
  /** In [low, high). */
  uniform(low: number, high: number): number;
}

export function drawsFrom(random: Random): Draws {
  return {
    normal: () => standardNormal(random),
    poisson: (mean) => poisson(random, mean),
    uniform: (low, high) => low + (high - low) * random(),
  };
}

/** Knuth's method; means here are at most 60. */
function poisson(random: Random, mean: number): number {
  const end = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > end; product *= random()) count++;
  return count;
}
