/** Distributions over classes: how the votes for an image are spread. Browser-safe. */

/** What an image is trained towards: its label alone, or the distribution of its votes. */
export const targetKinds = ['labels', 'votes'] as const;

export type TargetKind = (typeof targetKinds)[number];

/** A sum this near to 1 is 1 but for rounding. */
const rounding = 1e-12;

/**
 * Votes, weights or probabilities scaled to the sum 1; those that have it already stay as they are, to the
 * bit. Undefined when they are no distribution: one is negative or not finite, or all are 0.
 */
export function toDistribution(values: readonly number[]): readonly number[] | undefined {
  const sum = values.reduce((total, value) => total + value, 0);
  if (!values.every((value) => value >= 0) || !(sum > 0) || sum === Infinity) return undefined;
  return Math.abs(sum - 1) <= rounding ? values : values.map((value) => value / sum);
}

/** The class with the largest share, the first of equals. */
export function likeliestClass(distribution: readonly number[]): number {
  return distribution.indexOf(Math.max(...distribution));
}

/** The class with the largest share; undefined where several have it. */
export function onlyLikeliestClass(distribution: readonly number[]): number | undefined {
  const most = Math.max(...distribution);
  const first = distribution.indexOf(most);
  return distribution.lastIndexOf(most) === first ? first : undefined;
}

/** Shannon entropy in nats, the lowest cross entropy that a prediction can reach: 0 to ln(classes). */
export function entropy(distribution: readonly number[]): number {
  return distribution.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
}
