/** Which image goes to which fold, decided and checked before anything is trained. */
import { stat } from 'node:fs/promises';
import type { Sample } from '../../data/dataset.js';
import { readFaceColumns } from '../../data/read-groups.js';
import { PosterError } from '../../errors.js';
import { openPool } from '../batches/training-data.js';
import type { TrainingConfig } from '../config/training-options.js';
import { groupedFolds, stratifiedFolds } from './assign-folds.js';
import { foldListText } from './fold-list.js';

export interface FoldPlan {
  /** How many there are. */
  readonly folds: number;
  readonly classes: readonly string[];
  /** counts[fold][class] = images */
  readonly counts: readonly (readonly number[])[];
  /** The text of the list that runs read. */
  readonly list: string;
}

/**
 * Deals the training images out to folds: those of a class evenly, and where `subjects` names a CSV with the columns
 * `path` and `subject`, those of a subject together. The same data, options and seed give the same folds.
 *
 * @throws PosterError `data.layout` for classes of fewer images than folds, folds without a class, a file that misses
 * images or has fewer subjects than folds; `file.missing`; as `openDataset`.
 */
export async function planFolds(
  config: TrainingConfig,
  { folds, subjects: file }: { readonly folds: number; readonly subjects?: string | undefined },
): Promise<FoldPlan> {
  const { all: pool } = await openPool(config);
  const { samples, classes, root } = pool;
  const labels = samples.map(({ label }) => label);
  const subjects = file === undefined ? undefined : await readSubjects(file, samples);
  const known = new Set(subjects);
  if (subjects && known.size < folds)
    throw new PosterError(
      'data.layout',
      `Expected at least as many subjects as folds in ${file}, but there are ${known.size} for --folds ${folds}; take fewer folds.`,
    );
  const oneSubjectEach = known.size === folds;
  if (!oneSubjectEach) requireEnough(labels, classes, folds);
  const assigned = subjects
    ? groupedFolds(labels, subjects, folds)
    : stratifiedFolds(labels, folds, config.seed);
  const counts = Array.from({ length: folds }, () => classes.map(() => 0));
  labels.forEach((label, image) => {
    counts[assigned[image]!]![label]!++;
  });
  requireClasses(counts, classes, oneSubjectEach);
  return { folds, classes, counts, list: foldListText(samples, assigned, subjects, root) };
}

async function readSubjects(file: string, samples: readonly Sample[]): Promise<string[]> {
  await stat(file).catch((cause: unknown) => {
    throw new PosterError(
      'file.missing',
      `Expected a CSV with the columns path and subject at ${file} (--subjects), but nothing is there.`,
      { cause },
    );
  });
  const paths = samples.map(({ path }) => path);
  const columns = await readFaceColumns(file, paths, 'subjects');
  const column = columns.find(({ name }) => name.toLowerCase() === 'subject');
  if (column) return paths.map((path) => column.groupOf.get(path)!);
  throw new PosterError(
    'data.layout',
    `Expected a column subject in ${file}, got path,${columns.map(({ name }) => name).join()}.`,
  );
}

function requireEnough(labels: readonly number[], classes: readonly string[], folds: number): void {
  const counts = classes.map((_, label) => labels.filter((own) => own === label).length);
  const few = counts.findIndex((count) => count < folds);
  if (few === -1) return;
  throw new PosterError(
    'data.layout',
    `Expected at least ${folds} images of every class for --folds ${folds}, but ${classes[few]} has ${counts[few]}; take fewer folds, or name the other classes alone with --labels.`,
  );
}

/** A fold of one subject may lack classes, which most subjects do; what is left to learn from may not. */
function requireClasses(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
  oneSubjectEach: boolean,
): void {
  for (const [fold, own] of counts.entries()) {
    const rest = classes.map((_, k) =>
      counts.reduce((sum, other, i) => sum + (i === fold ? 0 : other[k]!), 0),
    );
    const missing = (oneSubjectEach ? rest : own).indexOf(0);
    if (missing === -1) continue;
    throw new PosterError(
      'data.layout',
      oneSubjectEach
        ? `Expected images of every class by two or more subjects, but all of ${classes[missing]} are of one; nothing could be learned of it while it is evaluated.`
        : `Expected images of every class in every fold, but fold ${fold + 1} of ${counts.length} has none of ${classes[missing]}; take fewer folds, or as many as there are subjects to leave one out at a time.`,
    );
  }
}
