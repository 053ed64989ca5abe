/** The weights of the classes in the loss. */
import { PosterError } from '../../errors.js';
import type { TrainingConfig } from '../config/training-options.js';

/**
 * One weight per class, or undefined where all are equal. Balanced weights are in proportion to 1 / images of
 * the class, with mean 1; a class without images gets 0.
 *
 * @param counts images of each class in the training set.
 * @throws PosterError `option.invalid` when there are not as many given weights as classes.
 */
export function resolveClassWeights(
  classWeights: TrainingConfig['classWeights'],
  counts: readonly number[],
): readonly number[] | undefined {
  if (classWeights === 'none') return undefined;
  if (classWeights === 'balanced') return balancedWeights(counts);
  if (classWeights.length === counts.length) return classWeights;
  throw new PosterError(
    'option.invalid',
    `Expected classWeights (--class-weights) to have one number for each of ${counts.length} classes, ` +
      `got ${classWeights.length}.`,
  );
}

function balancedWeights(counts: readonly number[]): number[] {
  const rarities = counts.map((count) => (count > 0 ? 1 / count : 0));
  const mean = rarities.reduce((sum, rarity) => sum + rarity, 0) / rarities.length;
  return rarities.map((rarity) => rarity / mean);
}
