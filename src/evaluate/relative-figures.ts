/**
 * The figures of a model on altered faces as parts of another's on the same faces: below 1 this one is better.
 *
 * Source: Hendrycks and Dietterich, "Benchmarking neural network robustness to common corruptions and perturbations",
 * ICLR 2019. Browser-safe.
 */
import { PosterError } from '../errors.js';
import { mean } from './metrics.js';
import type { CorruptionFigures, CorruptionResult, PerturbationResult } from './result.js';

/**
 * Their mean corruption error, and the same of how much the error rises above that of clean faces. Null where the other
 * has no error or no rise to compare with.
 * @param where the other is from, for the message
 * @throws PosterError `data.layout` where the other was evaluated on other faces, corruptions or severities.
 */
export function relativeErrors(
  result: CorruptionResult,
  reference: CorruptionResult,
  where: string,
): { meanCorruptionError: number | null; relativeError: number | null } {
  const shape = ({ faces, corruptions }: CorruptionResult) =>
    `${faces} faces, ${corruptions.map(({ name, severities: own }) => `${name} ${own.map(({ severity }) => severity)}`)}`;
  if (shape(result) !== shape(reference))
    throw otherFaces(
      where,
      'faces, corruptions and severities',
      `${reference.faces} faces and ${reference.corruptions.length} corruptions`,
    );
  const ratios = (of: (figures: CorruptionFigures) => number) =>
    meanRatio(result.corruptions.map(of), reference.corruptions.map(of));
  return {
    meanCorruptionError: ratios(({ error }) => error),
    relativeError: reference.corruptions.every(({ rise }) => rise > 0) ? ratios(({ rise }) => rise) : null,
  };
}

/**
 * Their mean flip rate; null where the other never changes its answer in one of the perturbations.
 * @param where the other is from, for the message
 * @throws PosterError `data.layout` where the other was evaluated on other faces or perturbations.
 */
export function relativeFlips(
  result: PerturbationResult,
  reference: PerturbationResult,
  where: string,
): number | null {
  const shape = ({ faces, perturbations }: PerturbationResult) =>
    `${faces} faces, ${perturbations.map(({ name }) => name)}`;
  if (shape(result) !== shape(reference))
    throw otherFaces(
      where,
      'faces and perturbations',
      `${reference.faces} faces and ${reference.perturbations.length} perturbations`,
    );
  const rates = ({ perturbations }: PerturbationResult) =>
    perturbations.map(({ flipRate }) => flipRate.value);
  return meanRatio(rates(result), rates(reference));
}

function otherFaces(where: string, same: string, found: string): PosterError {
  return new PosterError(
    'data.layout',
    `Expected ${where} to be of the same ${same}, but it is of ${found}; evaluate the reference in the same way.`,
  );
}

/** The mean of the values as parts of others; null where one of the others is 0. */
function meanRatio(values: readonly number[], others: readonly number[]): number | null {
  const ratios = values.map((value, i) => value / others[i]!);
  return ratios.every(Number.isFinite) ? mean(ratios) : null;
}
