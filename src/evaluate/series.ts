/** Several runs of one kind, as of the folds of a cross-validation or of several seeds: mean and spread. Browser-safe. */
import { mean, total } from './metrics.js';
import type { EvaluationResult } from './result.js';
import type { Estimate } from './statistics/bootstrap.js';

/** `folds`: each evaluated on images of its own. `seeds`: all evaluated on the same ones. */
export type SeriesKind = 'folds' | 'seeds';

export interface SeriesPart {
  readonly name: string;
  readonly faces: number;
  readonly top1: Estimate;
  readonly meanClassAccuracy: Estimate;
  readonly macroF1: Estimate;
}

/** Mean and sample standard deviation (n - 1) over the runs; null where there is one. */
export interface MeanAndDeviation {
  readonly mean: number;
  readonly deviation: number | null;
}

export interface SeriesSummary {
  readonly version: 1;
  readonly kind: SeriesKind;
  readonly dataset: string;
  readonly classes: readonly string[];
  readonly parts: readonly SeriesPart[];
  readonly top1: MeanAndDeviation;
  readonly meanClassAccuracy: MeanAndDeviation;
  readonly macroF1: MeanAndDeviation;
  /** matrix[truth][predicted]: the sum over the runs. */
  readonly matrix: readonly (readonly number[])[];
}

/** @param results one or more, of the same classes in the same order. */
export function summariseSeries(
  kind: SeriesKind,
  results: readonly { readonly name: string; readonly result: EvaluationResult }[],
): SeriesSummary {
  const first = results[0]!.result;
  const parts = results.map(({ name, result: { metrics, intervals } }): SeriesPart => {
    const { meanClassAccuracy, macroF1 } = intervals!;
    const top1 = { value: metrics.accuracy, ...metrics.accuracyInterval };
    return { name, faces: metrics.samples, top1, meanClassAccuracy, macroF1 };
  });
  const spread = (figure: 'top1' | 'meanClassAccuracy' | 'macroF1') =>
    meanAndDeviation(parts.map((part) => part[figure].value));
  return {
    version: 1,
    kind,
    dataset: first.dataset.name,
    classes: first.classes,
    parts,
    top1: spread('top1'),
    meanClassAccuracy: spread('meanClassAccuracy'),
    macroF1: spread('macroF1'),
    matrix: first.matrix.map((row, i) =>
      row.map((_, j) => total(results.map(({ result }) => result.matrix[i]![j]!))),
    ),
  };
}

export function meanAndDeviation(values: readonly number[]): MeanAndDeviation {
  const middle = mean(values);
  const squares = total(values.map((value) => (value - middle) ** 2));
  return { mean: middle, deviation: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)) };
}
