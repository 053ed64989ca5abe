import { resolve } from 'node:path';
import { decodeImage } from '../../image/decode/decode.js';
import { describeClipped } from '../../image/decode/grey16.js';
import { isUnreadable } from '../../image/decode/image-defect.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { requireOptions } from '../../util/given.js';
import { forEachParallel } from '../../util/limit.js';
import type { DataType } from '../labels.js';
import type { Dropped, Listing, Split } from '../layouts/layout.js';
import { countByClass, detectLayout, findLayoutProblems, type OpenDatasetOptions } from '../open-dataset.js';
import { checkVotes, type SplitVotes, type VotesBySplit, type VotesReport } from './check-votes.js';
import { type Duplicate, findDuplicates, type Picture, pictureDigest } from './find-duplicates.js';

/** Which data {@link checkData} looks into. */
export interface CheckDataOptions extends Omit<OpenDatasetOptions, 'split' | 'targets'> {
  /** Open no image: counts and layout alone, neither damage nor duplicates. */
  readonly quick?: boolean | undefined;
  /** Images decoded at once; 8 by default. */
  readonly concurrency?: number | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** An image that does not decode. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/** How many images a class has. */
export interface ClassCount {
  readonly class: string;
  readonly images: number;
}

/** What was found in one split. */
export interface SplitReport {
  readonly split: Split;
  readonly images: number;
  readonly perClass: readonly ClassCount[];
  /** Images of the largest class over those of the smallest; null when a class is empty. */
  readonly imbalance: number | null;
  readonly dropped: readonly Dropped[];
  readonly unreadable: readonly Unreadable[];
  /** Absent where there are no votes. */
  readonly votes?: VotesReport | undefined;
}

/** What `checkData` found: plain data, as `--json` prints it. */
export interface DataReport {
  readonly root: string;
  readonly type: DataType;
  readonly layout: string;
  readonly classes: readonly string[];
  readonly splits: readonly SplitReport[];
  /** Whether the images were opened; if not, `unreadable` and the duplicates say nothing. */
  readonly imagesOpened: boolean;
  /** The same pixels in two splits: such images are learnt and then tested on. */
  readonly duplicatesBetweenSplits: readonly Duplicate[];
  readonly duplicatesWithinSplits: readonly Duplicate[];
  /** What has to be mended before the data are used. */
  readonly problems: readonly string[];
  /** What a person should know. */
  readonly warnings: readonly string[];
}

/** A class this many times larger than another is worth a warning. */
const notableImbalance = 10;

/**
 * Checks all splits of a dataset: counts, imbalance, unreadable images, duplicates, layout.
 * @throws PosterError `file.missing` or `data.layout` when the data cannot be listed at all; `aborted`.
 */
export async function checkData(options: CheckDataOptions): Promise<DataReport> {
  requireOptions(options, 'checkData', { root: 'a string', type: 'a string' }, ['root', 'type']);
  const layout = await detectLayout(options);
  const listings: [Split, Listing][] = [];
  for (const split of layout.splits) listings.push([split, await layout.read(split)]);
  const { votes, faults } = await checkVotes(layout, listings);
  const { pictures, unreadable, clipped } = await openImages(listings, votes, options);
  const duplicates = findDuplicates(pictures, listings[0]?.[1].classes ?? []);
  const found = {
    root: resolve(options.root),
    type: options.type,
    layout: layout.name,
    classes: listings[0]?.[1].classes ?? [],
    splits: listings.map(([split, listing]) => reportSplit(split, listing, votes.get(split), unreadable)),
    imagesOpened: !options.quick,
    duplicatesBetweenSplits: duplicates.filter(({ betweenSplits }) => betweenSplits),
    duplicatesWithinSplits: duplicates.filter(({ betweenSplits }) => !betweenSplits),
  };
  const problems = [...problemsOf(found, listings, options), ...faults];
  return { ...found, problems, warnings: warningsOf(found, listings, clipped) };
}

async function openImages(
  listings: readonly [Split, Listing][],
  votes: VotesBySplit,
  { quick, concurrency = 8, onProgress, signal }: CheckDataOptions,
): Promise<{
  pictures: Picture[];
  unreadable: ReadonlyMap<string, string>;
  /** Those whose grey levels of 16 bits become white. */
  clipped: readonly string[];
}> {
  const pictures: Picture[] = [];
  const unreadable = new Map<string, string>();
  const clipped: string[] = [];
  if (quick) return { pictures, unreadable, clipped };
  const items = listings.flatMap(([split, { samples }]) =>
    samples.map(({ path, label }, order) => ({ split, path, label, order })),
  );
  const unlabelled = [...votes.values()].flatMap((found) => found.unlabelled);
  const total = items.length + unlabelled.length;
  let done = 0;
  const open = async (path: string, use: (picture: RgbImage) => void) => {
    try {
      const image = await decodeImage(path);
      if (image.clipped) clipped.push(path);
      use(image);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      unreadable.set(path, error.message);
    }
    onProgress?.(++done, total);
  };
  const digest = (item: (typeof items)[number]) =>
    open(item.path, (picture) => pictures.push({ ...item, digest: pictureDigest(picture) }));
  await forEachParallel(items, concurrency, digest, signal);
  await forEachParallel(unlabelled, concurrency, (path) => open(path, () => {}), signal);
  return { pictures, unreadable, clipped: clipped.sort() };
}

function reportSplit(
  split: Split,
  listing: Listing,
  votes: SplitVotes | undefined,
  unreadable: ReadonlyMap<string, string>,
): SplitReport {
  const { classes, samples, dropped } = listing;
  const counts = countByClass(listing);
  const smallest = Math.min(...counts);
  return {
    split,
    images: samples.length,
    perClass: classes.map((name, label) => ({ class: name, images: counts[label]! })),
    imbalance: smallest > 0 ? Math.max(...counts) / smallest : null,
    dropped,
    unreadable: [...samples.map(({ path }) => path), ...(votes?.unlabelled ?? [])].flatMap((path) => {
      const reason = unreadable.get(path);
      return reason === undefined ? [] : [{ path, reason }];
    }),
    ...(votes && { votes: votes.report }),
  };
}

type Found = Omit<DataReport, 'problems' | 'warnings'>;

function problemsOf(
  { splits }: Found,
  listings: readonly [Split, Listing][],
  options: CheckDataOptions,
): string[] {
  const layout = listings.flatMap(([split, listing]) =>
    findLayoutProblems(listing.classes, countByClass(listing), split, options, listing.dropped),
  );
  const damaged = splits
    .filter(({ unreadable }) => unreadable.length > 0)
    .map(
      ({ split, unreadable }) =>
        `Expected every image of the ${split} split to decode, but ${unreadable.length} ${unreadable.length > 1 ? 'do' : 'does'} not, ` +
        `${unreadable[0]!.path} first; replace or remove ${unreadable.length > 1 ? 'them' : 'it'}.`,
    );
  return [...layout, ...damaged];
}

function warningsOf(
  found: Found,
  listings: readonly [Split, Listing][],
  clipped: readonly string[],
): string[] {
  const { splits, duplicatesBetweenSplits, duplicatesWithinSplits } = found;
  const warnings = listings.flatMap(([, { notes }]) => notes);
  if (clipped.length > 0)
    warnings.push(
      describeClipped(
        clipped.length === 1 ? clipped[0]! : `${clipped[0]} (one of ${clipped.length} such images)`,
      ),
    );
  if (duplicatesBetweenSplits.length > 0)
    warnings.push(
      `${pictures(duplicatesBetweenSplits.length, 'is', 'are')} in more than one split; figures on them flatter the network.`,
    );
  const conflicting = [...duplicatesBetweenSplits, ...duplicatesWithinSplits].filter(
    (group) => group.conflicting,
  );
  if (conflicting.length > 0)
    warnings.push(
      `${pictures(conflicting.length, 'occurs', 'occur')} with different labels; at most one of them can be right.`,
    );
  for (const { split, imbalance, perClass } of splits) {
    if (imbalance === null || imbalance < notableImbalance) continue;
    const sorted = perClass.toSorted((a, b) => b.images - a.images);
    warnings.push(
      `The ${split} split is imbalanced: ${sorted[0]!.class} has ${imbalance.toFixed(0)} times the images of ${sorted.at(-1)!.class}.`,
    );
  }
  return warnings;
}

function pictures(count: number, one: string, many: string): string {
  return count === 1 ? `1 picture ${one}` : `${count} pictures ${many}`;
}
