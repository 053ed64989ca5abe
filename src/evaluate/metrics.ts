/**
 * The figures a classifier is judged by, from its confusion matrix. Browser-safe.
 *
 * Semantics are scikit-learn's: a ratio whose denominator is zero is 0; mean-class accuracy is
 * `balanced_accuracy_score` (classes without samples do not count) and macro-F1 is
 * `f1_score(average='macro')` (classes neither true nor predicted anywhere do not count).
 */
import { PosterError } from '../errors.js';
import type { ScoredPrediction } from './prediction.js';

/** matrix[truth][predicted] = number of images. Square; the class count on both sides. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** Figures of one class, each in [0, 1], and how many images truly belong to it. */
export interface ClassMetrics {
  precision: number;
  recall: number;
  f1: number;
  support: number;
}

/** Ends of a confidence interval, in [0, 1]. */
export interface Interval {
  low: number;
  high: number;
}

/** Figures of a whole confusion matrix; ratios in [0, 1]. */
export interface ConfusionMetrics {
  samples: number;
  correct: number;
  /** Top-1 accuracy. */
  accuracy: number;
  /** 95 % Wilson score interval of the top-1 accuracy. */
  accuracyInterval: Interval;
  /** Mean recall over the classes that have samples. */
  meanClassAccuracy: number;
  /** Mean F1 over the classes that occur as truth or as prediction. */
  macroF1: number;
  perClass: ClassMetrics[];
}

/** Counts predictions by true class (rows) and predicted class (columns). */
export function confusionMatrix(
  predictions: Iterable<Pick<ScoredPrediction, 'label' | 'predicted'>>,
  classCount: number,
): number[][] {
  const matrix = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (const { label, predicted } of predictions) matrix[label]![predicted]!++;
  return matrix;
}

/**
 * All figures that follow from a confusion matrix alone.
 *
 * @throws PosterError `data.layout` unless the matrix is square, of whole numbers >= 0, with at least one image.
 */
export function confusionMetrics(matrix: ConfusionMatrix): ConfusionMetrics {
  checkMatrix(matrix);
  const truths = matrix.map(total);
  const predicted = matrix.map((_, column) => total(matrix.map((row) => row[column]!)));
  const perClass = matrix.map((row, i) => classMetrics(row[i]!, truths[i]!, predicted[i]!));
  const samples = total(truths);
  const correct = total(matrix.map((row, i) => row[i]!));
  return {
    samples,
    correct,
    accuracy: correct / samples,
    accuracyInterval: wilsonInterval(correct, samples),
    meanClassAccuracy: mean(perClass.filter((_, i) => truths[i]! > 0).map((c) => c.recall)),
    macroF1: mean(perClass.filter((_, i) => truths[i]! + predicted[i]! > 0).map((c) => c.f1)),
    perClass,
  };
}

/**
 * Wilson's score interval for a proportion (Wilson 1927), by default at 95 %: unlike the normal
 * approximation it stays within [0, 1] and is sound for few samples and for accuracies near 1.
 */
export function wilsonInterval(correct: number, samples: number, z = 1.959963984540054): Interval {
  const p = correct / samples;
  const spread = z * Math.sqrt((p * (1 - p)) / samples + (z * z) / (4 * samples * samples));
  const centre = p + (z * z) / (2 * samples);
  const scale = 1 + (z * z) / samples;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

function classMetrics(hits: number, truths: number, predicted: number): ClassMetrics {
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, truths),
    f1: ratio(2 * hits, truths + predicted),
    support: truths,
  };
}

function checkMatrix(matrix: ConfusionMatrix): void {
  const refuse = (found: string): never => {
    throw new PosterError(
      'data.layout',
      `Expected a square confusion matrix of image counts with at least one image but ${found}; rows are true classes, columns predictions.`,
    );
  };
  matrix.forEach((row, i) => {
    if (row.length !== matrix.length) refuse(`row ${i} has ${row.length} entries for ${matrix.length} rows`);
    const bad = row.find((count) => !Number.isSafeInteger(count) || count < 0);
    if (bad !== undefined) refuse(`row ${i} holds ${bad}`);
  });
  if (total(matrix.flat()) === 0) refuse('it counts none');
}

/** Sum of the values. */
export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Mean of the values, 0 of none. */
export function mean(values: readonly number[]): number {
  return ratio(total(values), values.length);
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
