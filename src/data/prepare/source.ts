import { basename } from 'node:path';
import { PosterError } from '../../errors.js';
import type { Alignment } from '../alignment.js';
import { findFer2013Csv, findVotes } from '../layouts/ferplus-images.js';
import type { DropCounter, Dropped, Layout, Listing, Split } from '../layouts/layout.js';
import { hasImageExtension } from '../layouts/list-images.js';
import { type OpenDatasetOptions, recogniseLayout, requireSound } from '../open-dataset.js';
import { fer2013Source } from './fer2013-csv.js';
import { type PlaceMode, placeFile } from './place-file.js';

/** An image on its way into a class folder. */
export interface PreparedItem {
  readonly split: Split;
  readonly label: number;
  /** The file name it should have. */
  readonly name: string;
  /** Puts the image there; false when its source is missing. */
  place(target: string): Promise<boolean>;
}

/** What is prepared: its classes, and its images one after another. */
export interface PrepareSource {
  readonly layout: string;
  readonly classes: readonly string[];
  readonly splits: readonly Split[];
  /** Whether the images are written anew, whatever the mode. */
  readonly writes: boolean;
  /** The number of items. */
  readonly total: number;
  readonly notes: readonly string[];
  /** How the faces were cut out, where the source says so. */
  readonly alignment?: Alignment | undefined;
  /** What was dropped of a split before any image is placed. */
  droppedOf(split: Split): readonly Dropped[];
  /** @param missing counts images that turn out not to be there. */
  items(missing: (split: Split) => DropCounter): AsyncIterable<PreparedItem> | Iterable<PreparedItem>;
}

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
  const layout = await recogniseLayout(options);
  return filesSource(layout, await readSplits(layout, options), mode);
}

/** @throws PosterError `data.layout` when a split is unfit for use */
export async function readSplits(layout: Layout, options: OpenDatasetOptions): Promise<Map<Split, Listing>> {
  const listings = new Map<Split, Listing>();
  for (const split of layout.splits) {
    const listing = await layout.read(split);
    requireSound(listing, split, options);
    listings.set(split, listing);
  }
  return listings;
}

function filesSource(
  { name: layout, splits }: Layout,
  listings: ReadonlyMap<Split, Listing>,
  mode: PlaceMode,
): PrepareSource {
  const entries = [...listings];
  return {
    layout,
    classes: entries[0]?.[1].classes ?? [],
    splits,
    writes: false,
    total: entries.reduce((sum, [, { samples }]) => sum + samples.length, 0),
    notes: entries.flatMap(([, { notes }]) => notes),
    alignment: entries[0]?.[1].alignment,
    droppedOf: (split) => listings.get(split)?.dropped ?? [],
    *items() {
      for (const [split, { samples }] of entries)
        for (const { path, label } of samples)
          yield { split, label, name: imageName(path), place: (target) => placeFile(mode, path, target) };
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
