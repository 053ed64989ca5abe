/**
 * How far predicted probabilities lie from the truth, be it a class or a distribution over classes. All in nats where a
 * logarithm is taken; one image each. Browser-safe.
 */

/** A probability below this counts as this, so that one certain error does not make the mean infinite. */
const smallest = 1e-12;

/** -Σ target log(predicted). */
export function crossEntropy(target: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < target.length; i++)
    if (target[i]! > 0) sum -= target[i]! * Math.log(Math.max(smallest, predicted[i]!));
  return sum;
}

/** Kullback-Leibler divergence of the target from the prediction: Σ target log(target / predicted), at least 0. */
export function divergence(target: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return Math.max(0, crossEntropy(target, predicted) - crossEntropy(target, target));
}

/** Brier's score of a class: Σ (predicted - truth)² over all classes, from 0 to 2. */
export function brierScore(label: number, predicted: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < predicted.length; i++) sum += (predicted[i]! - (i === label ? 1 : 0)) ** 2;
  return sum;
}
