import { PosterError } from '../../../errors.js';
import { labelSet } from '../../labels.js';
import type { Split } from '../layout.js';
import { readCsv } from '../lists/read-csv.js';

/** Why a face has no majority label. */
export type NoMajority = 'no majority' | 'unknown expression' | 'not a face';

const beyond: readonly NoMajority[] = ['unknown expression', 'not a face'];

/**
 * The majority label of FERPlus (arXiv 1608.01041, as its official program computes it): votes of one are
 * outliers and dropped; the label is the class with more than half of the votes that remain.
 *
 * @param votes counts for neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown
 *   and not-a-face.
 * @returns the class index 0 to 7, or why there is none.
 */
export function majorityLabel(votes: readonly number[]): number | NoMajority {
  const kept = votes.map((count) => (count > 1 ? count : 0));
  const total = kept.reduce((sum, count) => sum + count, 0);
  const winner = kept.findIndex((count) => count > total / 2);
  if (winner < 0) return 'no majority';
  return winner < 8 ? winner : beyond[winner - 8]!;
}

/** One row of the votes file: an image of FER2013, or none where the annotators saw no face. */
export interface VotesRow {
  /** The image's file name, such as fer0000000.png; empty where FERPlus names none. */
  readonly image: string;
  readonly split: Exclude<Split, 'all'>;
  readonly votes: readonly number[];
  readonly line: number;
}

/** FER2013's names of its parts. */
export const usageSplits: ReadonlyMap<string, VotesRow['split']> = new Map([
  ['Training', 'train'],
  ['PublicTest', 'valid'],
  ['PrivateTest', 'test'],
]);

const voteColumns = [...labelSet('FERPlus'), 'unknown', 'NF'];

const header = ['Usage', 'Image name', ...voteColumns];

/** Whether a file begins as the FERPlus votes file does. */
export async function isVotesFile(path: string, signal?: AbortSignal): Promise<boolean> {
  for await (const { cells } of readCsv(path, signal)) return isHeader(cells);
  return false;
}

function isHeader(cells: readonly string[]): boolean {
  return cells.join().toLowerCase() === header.join().toLowerCase();
}

/**
 * Reads the FERPlus votes file (fer2013new.csv), row by row as FER2013's own.
 * @throws PosterError `file.missing`, or `data.layout` with the line at fault.
 */
export async function readVotes(path: string, signal?: AbortSignal): Promise<VotesRow[]> {
  const rows: VotesRow[] = [];
  let isFirst = true;
  for await (const { cells, line } of readCsv(path, signal)) {
    if (isFirst) checkHeader(cells, path);
    else rows.push(parseRow(cells, line, path));
    isFirst = false;
  }
  if (rows.length > 0) return rows;
  throw new PosterError('data.layout', `Expected FERPlus votes in ${path}, got none; download it again.`);
}

function checkHeader(cells: readonly string[], path: string): void {
  if (isHeader(cells)) return;
  throw new PosterError(
    'data.layout',
    `Expected the columns ${header.join(',')} in ${path}, line 1, got "${cells.join().slice(0, 120)}"; ` +
      'take fer2013new.csv of FERPlus.',
  );
}

function parseRow(cells: readonly string[], line: number, path: string): VotesRow {
  const split = usageSplits.get(cells[0] ?? '');
  const image = cells[1] ?? '';
  const votes = cells.slice(2).map((cell) => (/^\d{1,3}$/.test(cell) ? Number(cell) : -1));
  const sound = votes.length === voteColumns.length && votes.every((count) => count >= 0);
  if (split && /^(\w+\.png)?$/.test(image) && sound) return { image, split, votes, line };
  throw new PosterError(
    'data.layout',
    `Expected "Usage,image,ten vote counts" in ${path}, line ${line}, got "${cells.join().slice(0, 120)}"; ` +
      'take fer2013new.csv of FERPlus.',
  );
}
