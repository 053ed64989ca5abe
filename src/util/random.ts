/**
 * Reproducible random numbers. A stream is a pure function of its names: `randomStream(seed, 'flip', epoch)`
 * draws the same numbers in every process and on every machine. So nothing random depends on how many workers
 * load the data, and a resumed run needs no generator states, only its seed, epoch and position.
 */
import { createHash } from 'node:crypto';
import { type Random, standardNormal, type XoshiroState, xoshiro128 } from '../tensor/random.js';

export type { Random };

/** The largest seed: every whole number up to it is exact. */
export const maxSeed = Number.MAX_SAFE_INTEGER;

/**
 * A stream of uniform numbers in [0, 1) with 53 random bits each.
 *
 * @param seed a whole number from 0 to {@link maxSeed}.
 * @param purpose what the numbers are for; different purposes give independent streams.
 * @param indices further names, such as the epoch and the position in it.
 */
export function randomStream(seed: number, purpose: string, ...indices: readonly number[]): Random {
  const bits = xoshiro128(stateOf(`${purpose}:${seed}:${indices.join(':')}`));
  return () => ((bits() >>> 5) * 2 ** 26 + (bits() >>> 6)) / 2 ** 53;
}

/** A whole number in [0, bound). */
export function randomBelow(random: Random, bound: number): number {
  return Math.floor(random() * bound);
}

/** A number in [low, high). */
export function randomBetween(random: Random, low: number, high: number): number {
  return low + (high - low) * random();
}

/** A number of the distribution Beta(alpha, alpha). */
export function randomBeta(random: Random, alpha: number): number {
  const [a, b] = [randomGamma(random, alpha), randomGamma(random, alpha)];
  return a + b > 0 ? a / (a + b) : 0.5;
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; scale 1. */
function randomGamma(random: Random, shape: number): number {
  if (shape < 1) return randomGamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = standardNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Puts `items` into random order, in place (Fisher-Yates). */
export function shuffle(items: Uint32Array, random: Random): void {
  for (let last = items.length - 1; last > 0; last--) {
    const chosen = randomBelow(random, last + 1);
    const item = items[last]!;
    items[last] = items[chosen]!;
    items[chosen] = item;
  }
}

/** The first words of the text's SHA-256. */
function stateOf(text: string): XoshiroState {
  const hash = createHash('sha256').update(text).digest();
  return [hash.readUInt32LE(0), hash.readUInt32LE(4), hash.readUInt32LE(8), hash.readUInt32LE(12)];
}
