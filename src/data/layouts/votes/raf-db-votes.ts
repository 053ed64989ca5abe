/** The votes of RAF-DB: distribution_basic.txt, seven probabilities for each image. */
import { basename, extname } from 'node:path';
import { PosterError } from '../../../errors.js';
import { labelSet } from '../../labels.js';
import { createDropCounter, type Listing, noVotes } from '../layout.js';
import { readLines } from '../lists/read-lines.js';
import { type LabelOrder, orderLabels } from '../order-labels.js';
import { toDistribution } from './distribution.js';

/** Where it may lie under the root of RAF-DB. */
export const rafDbVotesNames = [
  'EmoLabel/distribution_basic.txt',
  'basic/EmoLabel/distribution_basic.txt',
  'distribution_basic.txt',
] as const;

/**
 * Gives the images of a listing the distributions of such a file.
 * @throws PosterError `file.missing`, or `data.layout` with the line at fault.
 */
export async function addRafDbVotes(
  listing: Listing,
  file: string,
  signal: AbortSignal | undefined,
): Promise<Listing> {
  const votes = await readDistributions(file, orderLabels(labelSet('RAF-DB'), listing.classes), signal);
  const missing = createDropCounter();
  const samples = listing.samples.flatMap((sample) => {
    const distribution = votes.get(imageKey(sample.path));
    if (distribution) return [{ ...sample, distribution }];
    missing.add(noVotes, sample.path);
    return [];
  });
  return { ...listing, samples, dropped: [...listing.dropped, ...missing.list()] };
}

async function readDistributions(
  file: string,
  { classes, indexOf }: LabelOrder,
  signal: AbortSignal | undefined,
): Promise<Map<string, readonly number[]>> {
  const votes = new Map<string, readonly number[]>();
  const count = labelSet('RAF-DB').length;
  for await (const { text, line } of readLines(file, signal)) {
    const [name = '', ...cells] = text.split(/[\s,]+/);
    const values = cells.map((cell) => (/^[\d.]+(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : Number.NaN));
    const own = values.length === count ? toDistribution(values) : undefined;
    if (!/^(train|test)_\w+\.\w+$/.test(name) || !own) throw lineError(file, line, text, count);
    if (votes.has(imageKey(name))) throw lineError(file, line, text, count, ', each image once,');
    const distribution = new Array<number>(classes.length).fill(0);
    for (const [i, share] of own.entries()) distribution[indexOf[i]!] = share;
    votes.set(imageKey(name), distribution);
  }
  return votes;
}

function lineError(file: string, line: number, text: string, count: number, more = ''): PosterError {
  return new PosterError(
    'data.layout',
    `Expected lines such as "train_00001.jpg 0 0.1 0 0.9 0 0 0" with ${count} probabilities, not all 0${more} in ${file}; ` +
      `line ${line} is "${text.slice(0, 120)}"; take the file of the RAF-DB distribution.`,
  );
}

/** `train_00001_aligned.jpg` is `train_00001`. */
function imageKey(path: string): string {
  return basename(path, extname(path)).replace(/_aligned$/, '');
}
