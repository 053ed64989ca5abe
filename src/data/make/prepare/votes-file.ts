import { join } from 'node:path';
import { writeAtomically } from '../../../io/write-atomically.js';
import { csvLine } from '../../../util/csv-line.js';
import { votesListName } from '../../layouts/votes/votes-list.js';

/** An image of a written tree with its votes. */
export interface VotedFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  /** The folder of its split; empty for undivided data. */
  readonly splitFolder: string;
  /** Absent without a majority. */
  readonly label: number | undefined;
  readonly distribution: readonly number[];
}

/**
 * Writes votes.csv: path,split,label and a column per class with its probability, the label empty where votes
 * have no majority, rows by path. It is read back from there, and is a list of its own.
 * @throws PosterError `file.unwritable`
 */
export async function writeVotesFile(
  root: string,
  classes: readonly string[],
  files: readonly VotedFile[],
): Promise<void> {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const rows = sorted.map(({ path, splitFolder, label, distribution }) => [
    path,
    splitFolder,
    label === undefined ? '' : classes[label]!,
    ...distribution.map(String),
  ]);
  const content = [['path', 'split', 'label', ...classes], ...rows].map(csvLine).join('');
  await writeAtomically(join(root, votesListName), content);
}
