/** The moving average of the weights. */

/**
 * The weight of the old average at one step: `average = d * average + (1 - d) * weights`. It starts small, so
 * that the random weights of the beginning are soon forgotten: min(decay, (1 + steps) / (10 + steps)).
 *
 * @param decay the final weight, 0 to below 1.
 * @param steps how many steps the average has seen.
 */
export function emaDecayAt(decay: number, steps: number): number {
  return Math.min(decay, (1 + steps) / (10 + steps));
}
