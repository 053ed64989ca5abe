/** Votes that lie beside a dataset and not in its layout. */
import { join } from 'node:path';
import { PosterError } from '../../../errors.js';
import type { Layout, LayoutOptions, Listing, Split } from '../layout.js';
import { fileExists } from '../list-images.js';
import { hasClassColumns } from '../lists/class-columns.js';
import { addRafDbVotes, rafDbVotesNames } from './raf-db-votes.js';
import { addListedVotes, votesListName } from './votes-list.js';

/**
 * The layout with the votes of the file that is named or lies in the root, where it has none of its own.
 * @throws PosterError `file.missing` when the file named is not there.
 */
export async function withVotes(layout: Layout, options: LayoutOptions): Promise<Layout> {
  const file = layout.votes ? undefined : await findVotesFile(options);
  if (file === undefined) return layout;
  const read = async (split: Split) => addVotes(await layout.read(split), split, file, options);
  return { ...layout, votes: { file, read } };
}

/** The error for votes that are for other images than these. */
export function foreignVotes(file: string, { samples: [first] }: Pick<Listing, 'samples'>): PosterError {
  return new PosterError(
    'data.layout',
    `Expected votes for the images${first ? ` (${first.path}, …)` : ''}, but no row of ${file} is for one of them; ` +
      "take the votes of these images; paths in a list are taken from the list's own folder, or else from that of the data.",
  );
}

async function findVotesFile({ root, type, votes }: LayoutOptions): Promise<string | undefined> {
  if (votes !== undefined) {
    if (await fileExists(votes)) return votes;
    throw new PosterError('file.missing', `Expected votes in ${votes} (--votes), but there is no such file.`);
  }
  for (const name of type === 'RAF-DB' ? [votesListName, ...rafDbVotesNames] : [votesListName])
    if (await fileExists(join(root, name))) return join(root, name);
  return undefined;
}

async function addVotes(
  listing: Listing,
  split: Split,
  file: string,
  options: LayoutOptions,
): Promise<Listing> {
  const isRafDb = options.type === 'RAF-DB' && !(await hasClassColumns(file, options.signal));
  return isRafDb
    ? addRafDbVotes(listing, file, options.signal)
    : addListedVotes(listing, split, file, options);
}
