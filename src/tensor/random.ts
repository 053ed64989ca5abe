/** Random numbers from a source of uniform ones. Browser-safe. */

/** A uniform random number in [0, 1). */
export type Random = () => number;

/** A number of the standard normal distribution (Box-Muller). */
export function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The four words of a xoshiro128 state; not all may be zero. */
export type XoshiroState = readonly [number, number, number, number];

/** xoshiro128**, 32 bits a call (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021). */
export function xoshiro128([a, b, c, d]: XoshiroState): () => number {
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result >>> 0;
  };
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/**
 * Uniform numbers in [0, 1) that a seed of 32 bits decides, where Node's hashes are not at hand: 32 random bits each.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x9e3779b9) >>> 0; // splitmix32
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const bits = xoshiro128([word(), word(), word(), word()]);
  return () => bits() / 2 ** 32;
}
