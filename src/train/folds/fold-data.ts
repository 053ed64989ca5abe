/** What one fold of a cross-validation learns from, and what it is evaluated on. */
import type { Sample } from '../../data/dataset.js';
import type { OpenedDataset } from '../../data/open-dataset.js';
import { PosterError } from '../../errors.js';
import type { TrainingConfig } from '../config/training-options.js';
import { groupedFolds } from './assign-folds.js';
import { type FoldList, readFoldList } from './fold-list.js';

/** The images that are there to learn from, as they are trained on and with labels. */
export interface Pool {
  readonly all: OpenedDataset;
  /** Those that have a label; the same object where all have. */
  readonly labelled: OpenedDataset;
}

export interface FoldData {
  /** The pool without the fold. */
  readonly rest: Pool;
  /** The fold's images that have a label. */
  readonly evaluated: readonly Sample[];
  readonly name: string;
  readonly list: FoldList;
}

/**
 * Divides the pool by the list of folds that a configuration names.
 * @throws PosterError as {@link readFoldList}; `option.invalid` for a fold that is not in the list.
 */
export async function foldData(pool: Pool, { foldList, fold }: TrainingConfig): Promise<FoldData> {
  const { all, labelled } = pool;
  const list = await readFoldList(
    foldList!,
    all.samples.map(({ path }) => path),
  );
  if (fold! > list.count)
    throw new PosterError(
      'option.invalid',
      `Expected fold (--fold) from 1 to ${list.count}, the folds in ${foldList}, got ${fold}.`,
    );
  const within = ({ path }: Sample) => list.foldOf.get(path) === fold;
  const restOf = (dataset: OpenedDataset) => ({
    ...dataset,
    samples: dataset.samples.filter((sample) => !within(sample)),
  });
  const rest = restOf(all);
  return {
    rest: { all: rest, labelled: all === labelled ? rest : restOf(labelled) },
    evaluated: labelled.samples.filter(within),
    name: `fold ${fold} of ${list.count}`,
    list,
  };
}

/** Positions of labelled images of whole subjects, about a `share` of all, spread over the classes. */
export function heldOutSubjects(
  samples: readonly Sample[],
  subjectOf: ReadonlyMap<string, string>,
  share: number,
): ReadonlySet<string> {
  const subjects = samples.map(({ path }) => subjectOf.get(path)!);
  const count = Math.max(2, Math.min(new Set(subjects).size, Math.round(1 / share)));
  const parts = groupedFolds(
    samples.map(({ label }) => label),
    subjects,
    count,
  );
  return new Set(subjects.filter((_, i) => parts[i] === 0));
}
