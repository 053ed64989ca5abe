/** Votes in a list beside a dataset: a column per class, joined to the images by their paths. */
import { dirname, join, resolve } from 'node:path';
import { PosterError } from '../../../errors.js';
import type { Sample } from '../../dataset.js';
import { createDropCounter, type LayoutOptions, type Listing, noVotes, type Split } from '../layout.js';
import { folderExists, listImages } from '../list-images.js';
import { findClassColumns, readVotesList } from '../lists/class-columns.js';
import { likeliestClass } from './distribution.js';

/** The list of votes that prepared data carry beside their split folders. */
export const votesListName = 'votes.csv';

/** The folder of prepared images that have votes but no label: in no class folder, so that they are never used for evaluation. */
export const unlabelledFolder = 'no_majority';

/** A row's distribution, by the path of its image. */
type Votes = Map<string, { readonly distribution: readonly number[]; readonly line: number }>;

/**
 * Gives the images of a split the distributions that a list with a column per class holds for their paths, and
 * adds the images of the folder of unlabelled ones.
 * @throws PosterError `data.layout` for another kind of list, a row at fault, or two rows for one image.
 */
export async function addListedVotes(
  listing: Listing,
  split: Split,
  list: string,
  options: LayoutOptions,
): Promise<Listing> {
  const unlabelled = await listUnlabelled(split, options);
  const images = new Set([...listing.samples.map(({ path }) => path), ...unlabelled]);
  const votes = await readVotes(list, listing.classes, images, options);
  const missing = createDropCounter();
  const samples: Sample[] = [];
  for (const sample of listing.samples) {
    const distribution = votes.get(sample.path)?.distribution;
    if (distribution) samples.push({ ...sample, distribution });
    else missing.add(noVotes, sample.path);
  }
  for (const path of unlabelled) {
    const distribution = votes.get(path)?.distribution;
    if (distribution) samples.push({ path, label: likeliestClass(distribution), distribution });
    else missing.add(noVotes, path);
  }
  return { ...listing, samples, dropped: [...listing.dropped, ...missing.list()] };
}

async function listUnlabelled(split: Split, { root, signal }: LayoutOptions): Promise<readonly string[]> {
  const folder = join(root, unlabelledFolder, split === 'all' ? '' : split);
  return (await folderExists(folder)) ? (await listImages(folder, signal)).images : [];
}

/** Paths are relative to the list's folder, or else to the data. */
async function readVotes(
  list: string,
  classes: readonly string[],
  images: ReadonlySet<string>,
  { root, signal }: LayoutOptions,
): Promise<Votes> {
  const columns = await findClassColumns(list, classes, signal);
  if (!columns) throw noColumns(list, classes);
  const votes: Votes = new Map();
  for await (const { path, distribution, line } of readVotesList(list, columns, signal)) {
    const image = [dirname(list), root].map((from) => resolve(from, path)).find((found) => images.has(found));
    if (image === undefined) continue;
    const other = votes.get(image);
    if (other) throw votedTwice(list, path, other.line, line);
    votes.set(image, { distribution, line });
  }
  return votes;
}

function noColumns(list: string, classes: readonly string[]): PosterError {
  return new PosterError(
    'data.layout',
    `Expected a list with the columns path,${classes.slice(0, 10).join(',')} and rows of votes in ${list}, but it is ` +
      'none; write a header that names path and classes, or name another file with --votes.',
  );
}

function votedTwice(list: string, path: string, first: number, second: number): PosterError {
  return new PosterError(
    'data.layout',
    `Expected one row for each image in ${list}, but lines ${first} and ${second} are both for "${path.slice(0, 80)}"; ` +
      'remove or add up one of them.',
  );
}
