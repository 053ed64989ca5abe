/** Models by datasets: how each does on each. Browser-safe. */
import { PosterError } from '../../errors.js';
import type { ClassMapping, EvaluationResult } from '../result.js';
import type { Estimate } from '../statistics/bootstrap.js';

/** A model on a dataset. */
export interface MatrixCell {
  readonly faces: number;
  readonly classes: readonly string[];
  readonly top1: Estimate;
  readonly meanClassAccuracy: Estimate | null;
  readonly macroF1: Estimate | null;
  /** What was counted as what; null where the classes are the same. */
  readonly mapping: ClassMapping | null;
}

export interface ModelMatrix {
  readonly version: 1;
  readonly models: readonly string[];
  readonly datasets: readonly string[];
  /** `cells[m][d]`: model m on dataset d; null where it was not evaluated. */
  readonly cells: readonly (readonly (MatrixCell | null)[])[];
}

/** An evaluation, and what it is called where it is refused. */
export interface NamedResult {
  readonly name: string;
  readonly result: EvaluationResult;
}

/**
 * Lays evaluations out by their checkpoints and datasets, in the order they come.
 * @throws PosterError `data.layout` for two of one model on one dataset.
 */
export function modelMatrix(results: readonly NamedResult[]): ModelMatrix {
  const models = [...new Set(results.map(({ result }) => result.checkpoint.path))];
  const datasets = [...new Set(results.map(({ result }) => datasetOf(result)))];
  const cells = models.map((model) =>
    datasets.map((dataset) => {
      const own = results.filter(
        ({ result }) => result.checkpoint.path === model && datasetOf(result) === dataset,
      );
      if (own.length > 1)
        throw new PosterError(
          'data.layout',
          `Expected one evaluation of ${model} on ${dataset}, but ${own[0]!.name} and ${own[1]!.name} both are; leave one out.`,
        );
      return own[0] ? cellOf(own[0].result) : null;
    }),
  );
  return { version: 1, models, datasets, cells };
}

function datasetOf({ dataset: { name, split, root } }: EvaluationResult): string {
  const known = name !== 'folder' && name !== 'list';
  return `${known ? name : root} ${split}`;
}

function cellOf({ metrics, classes, intervals, mapping }: EvaluationResult): MatrixCell {
  return {
    faces: metrics.samples,
    classes,
    top1: { value: metrics.accuracy, ...metrics.accuracyInterval },
    meanClassAccuracy: intervals?.meanClassAccuracy ?? null,
    macroF1: intervals?.macroF1 ?? null,
    mapping: mapping ?? null,
  };
}
