/** A list of folds: a CSV that says of every training image which fold it is in, and whose face it shows. */
import { relative, sep } from 'node:path';
import type { Sample } from '../../data/dataset.js';
import { type Grouping, readFaceColumns } from '../../data/read-groups.js';
import { PosterError } from '../../errors.js';
import { csvLine } from '../../util/csv-line.js';

/** The folds of images, from 1, and their subjects where these are known. */
export interface FoldList {
  readonly count: number;
  readonly foldOf: ReadonlyMap<string, number>;
  readonly subjectOf: ReadonlyMap<string, string> | undefined;
}

/**
 * Reads the folds of the images at `paths`.
 * @throws PosterError `file.missing`; `data.layout` for images that are not listed, folds that are no numbers or have no
 * images, and subjects in two folds.
 */
export async function readFoldList(file: string, paths: readonly string[]): Promise<FoldList> {
  const columns = await readFaceColumns(file, paths, 'folds');
  const folds = columns.find(({ name }) => name.toLowerCase() === 'fold');
  const subjects = columns.find(({ name }) => name.toLowerCase() === 'subject');
  if (!folds) throw new PosterError('data.layout', `Expected a column fold in ${file}, but there is none.`);
  const foldOf = new Map(paths.map((path) => [path, foldNumber(folds.groupOf.get(path)!, path, file)]));
  const count = paths.reduce((most, path) => Math.max(most, foldOf.get(path)!), 0);
  const used = new Set(foldOf.values());
  const empty = Array.from({ length: count }, (_, i) => i + 1).find((fold) => !used.has(fold));
  if (empty !== undefined || count < 2)
    throw new PosterError(
      'data.layout',
      `Expected images in each of two or more folds in ${file}, but ${empty === undefined ? 'there is only one' : `fold ${empty} of ${count} has none`}; number the folds from 1 without gaps.`,
    );
  if (subjects) requireWhole(subjects, foldOf, file);
  return { count, foldOf, subjectOf: subjects?.groupOf };
}

function foldNumber(text: string, path: string, file: string): number {
  if (/^[1-9]\d{0,5}$/.test(text.trim())) return Number(text);
  throw new PosterError(
    'data.layout',
    `Expected the number of a fold, from 1, for ${path} in ${file}, got "${text.slice(0, 40)}".`,
  );
}

/** @throws PosterError `data.layout` where a subject is in two folds: it would be both learned and evaluated. */
function requireWhole({ groupOf }: Grouping, foldOf: ReadonlyMap<string, number>, file: string): void {
  const known = new Map<string, number>();
  for (const [path, subject] of groupOf) {
    const fold = foldOf.get(path)!;
    const other = known.get(subject) ?? fold;
    if (other !== fold)
      throw new PosterError(
        'data.layout',
        `Expected every subject in one fold in ${file}, but ${subject} is in folds ${other} and ${fold}.`,
      );
    known.set(subject, fold);
  }
}

/** The text of a list: paths below the root of the data, whatever the system. */
export function foldListText(
  samples: readonly Pick<Sample, 'path'>[],
  folds: ArrayLike<number>,
  subjects: readonly string[] | undefined,
  root: string,
): string {
  const lines = samples.map(({ path }, i) => {
    const below = relative(root, path).split(sep).join('/');
    return csvLine([below, String(folds[i]! + 1), ...(subjects ? [subjects[i]!] : [])]);
  });
  return csvLine(['path', 'fold', ...(subjects ? ['subject'] : [])]) + lines.join('');
}
