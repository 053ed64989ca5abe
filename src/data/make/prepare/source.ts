import { basename } from 'node:path';
import { PosterError } from '../../../errors.js';
import type { Sample } from '../../dataset.js';
import type { Layout, Listing, Split } from '../../layouts/layout.js';
import { hasImageExtension } from '../../layouts/list-images.js';
import { findFer2013Csv, findVotes } from '../../layouts/votes/ferplus-images.js';
import { foreignVotes } from '../../layouts/votes/with-votes.js';
import type { OpenDatasetOptions } from '../../open-dataset.js';
import { readListings } from '../class-tree.js';
import { fer2013Source } from './fer2013-csv.js';
import { type PlaceMode, placeFile } from './place-file.js';
import type { PreparedItem, PrepareSource } from './types.js';

/**
 * Finds out what a folder holds: images in a known layout, or FER2013's CSV.
 * @throws PosterError as `openDataset` does.
 */
export async function openSource(options: OpenDatasetOptions, mode: PlaceMode): Promise<PrepareSource> {
  const csv = options.type === 'FERPlus' ? await findFer2013Csv(options.root) : undefined;
  const votes = csv && (await findVotes(options));
  if (csv && votes) return fer2013Source(csv, votes, options);
  if (csv)
    throw new PosterError(
      'data.layout',
      `Expected the FERPlus votes beside ${csv}; put fer2013new.csv there or name it with --votes.`,
    );
  const { layout, listings } = await readListings(options);
  return filesSource(layout, listings, await itemsOf(layout, listings), mode);
}

interface FileItem extends Omit<PreparedItem, 'name' | 'place'> {
  readonly path: string;
}

/** The labelled images, with their votes where there are any, and those that have votes alone. */
async function itemsOf(
  { votes }: Layout,
  listings: ReadonlyMap<Split, Listing>,
): Promise<readonly FileItem[]> {
  const items: FileItem[] = [];
  for (const [split, { samples }] of listings) {
    const voted = groupByImage((await votes?.read(split))?.samples ?? []);
    for (const sample of samples) {
      const { path, label } = sample;
      items.push({ split, path, label, distribution: voted.get(imageOf(sample))?.shift()?.distribution });
    }
    for (const { path, distribution } of [...voted.values()].flat())
      items.push({ split, path, label: undefined, distribution });
  }
  const [first] = listings.values();
  if (votes && first && !items.some(({ distribution }) => distribution))
    throw foreignVotes(votes.file, first);
  return items;
}

/** Rows of a list may repeat an image. */
function groupByImage(samples: readonly Sample[]): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const group = groups.get(imageOf(sample));
    if (group) group.push(sample);
    else groups.set(imageOf(sample), [sample]);
  }
  return groups;
}

function imageOf({ path, label }: Sample): string {
  return `${label} ${path}`;
}

function filesSource(
  { name: layout, splits, votes }: Layout,
  listings: ReadonlyMap<Split, Listing>,
  items: readonly FileItem[],
  mode: PlaceMode,
): PrepareSource {
  const entries = [...listings.values()];
  return {
    layout,
    classes: entries[0]?.classes ?? [],
    splits,
    writes: false,
    hasVotes: votes !== undefined,
    total: items.length,
    notes: entries.flatMap(({ notes }) => notes),
    alignment: entries[0]?.alignment,
    droppedOf: (split) => listings.get(split)?.dropped ?? [],
    *items() {
      for (const { path, ...item } of items)
        yield { ...item, name: imageName(path), place: (target) => placeFile(mode, path, target) };
    },
  };
}

function imageName(path: string): string {
  if (hasImageExtension(path)) return basename(path);
  throw new PosterError(
    'data.layout',
    `Expected an image extension that class folders take (.jpg, .png, .webp, …), got ${path}; convert the image first.`,
  );
}
