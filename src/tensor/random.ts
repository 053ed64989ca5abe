/** Random numbers from a source of uniform ones. Browser-safe. */

/** A uniform random number in [0, 1). */
export type Random = () => number;

/** A number of the standard normal distribution (Box-Muller). */
export function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
