import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PosterError } from '../errors.js';
import { describeForeignName } from '../util/foreign-name.js';
import { requireOptions } from '../util/given.js';
import type { Dataset } from './dataset.js';
import { checkLabels, type DataType, dataTypeFacts } from './labels.js';
import { affectNetCsv } from './layouts/affectnet-csv.js';
import { affectNetFolders } from './layouts/affectnet-folders.js';
import { classFolders } from './layouts/class-folders.js';
import {
  type Dropped,
  describeDropped,
  type Layout,
  type LayoutOptions,
  type LayoutReader,
  type Listing,
  noVotes,
  type Split,
} from './layouts/layout.js';
import { fileExists, readFolder } from './layouts/list-images.js';
import { columnList } from './layouts/lists/column-list.js';
import { pathList } from './layouts/lists/path-list.js';
import { rafDb } from './layouts/raf-db.js';
import type { TargetKind } from './layouts/votes/distribution.js';
import { ferPlusImages } from './layouts/votes/ferplus-images.js';
import { foreignVotes, withVotes } from './layouts/votes/with-votes.js';

/** The ways each data type can lie on disk, in the order they are tried. */
const readers: Record<DataType, readonly LayoutReader[]> = {
  'RAF-DB': [rafDb, classFolders],
  'AffectNet-7': [affectNetFolders, affectNetCsv, classFolders],
  'AffectNet-8': [affectNetFolders, affectNetCsv, classFolders],
  'CAER-S': [classFolders],
  FERPlus: [ferPlusImages, classFolders],
  folder: [classFolders],
  list: [columnList, pathList],
};

/** Which labelled faces {@link openDataset} lists. */
export interface OpenDatasetOptions {
  /** The dataset's folder; for the type 'list' the list itself, or a folder of train, valid and test lists. */
  readonly root: string;
  readonly type: DataType;
  /**
   * The split to read. Absent: the one the type is evaluated on, or everything where nothing is divided.
   * The published datasets have one evaluation set, so 'valid' and 'test' both mean it.
   */
  readonly split?: Split | undefined;
  /** Class names in label order, in place of the type's own. */
  readonly labels?: readonly string[] | undefined;
  /** Names for the classes of a list that numbers them, in the order of the numbers. */
  readonly numberNames?: readonly string[] | undefined;
  /**
   * The file of votes: of FERPlus, RAF-DB's distribution_basic.txt, or a list with a column per class. By
   * default it is looked for in the root, as docs/datasets.md describes.
   */
  readonly votes?: string | undefined;
  /** 'votes' for every image that has votes, with their distribution; by default every image that has a label. */
  readonly targets?: TargetKind | undefined;
  /** Accept classes without an image. */
  readonly allowEmpty?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A dataset with what opening it brought to light. */
export interface OpenedDataset extends Dataset, Pick<Listing, 'alignment' | 'areNumbersNamed'> {
  readonly layout: string;
  readonly dropped: readonly Dropped[];
  readonly notes: readonly string[];
}

/**
 * Lists one split of a dataset: no image is opened. Samples come in a fixed order.
 * @throws PosterError `file.missing` for the root, `data.layout` for files that are not laid out as the type
 * requires, labels that are no classes, classes without images, votes that are asked for and not there or fit no
 * image; `option.invalid` for a split that is not there.
 */
export async function openDataset(options: OpenDatasetOptions): Promise<OpenedDataset> {
  requireOptions(
    options,
    'openDataset',
    { root: 'a string', type: 'a string', labels: 'an array of strings' },
    ['root', 'type'],
  );
  const layout = await detectLayout(options);
  const split = chooseSplit(layout, options);
  const listing = await readTargets(layout, split, options);
  requireSound(listing, split, options);
  return { name: options.type, split, root: resolve(options.root), layout: layout.name, ...listing };
}

/**
 * The images of a split with what they are trained towards.
 * @throws PosterError `data.layout` for data without votes when these are the targets.
 */
async function readTargets(layout: Layout, split: Split, options: OpenDatasetOptions): Promise<Listing> {
  const { votes } = layout;
  if (options.targets !== 'votes') return layout.read(split);
  if (!votes) throw noVotesThere(layout, options);
  const listing = await votes.read(split);
  if (listing.samples.length > 0) return tellUnvoted(listing, split);
  throw foreignVotes(votes.file, await layout.read(split));
}

function noVotesThere({ name }: Layout, { root }: OpenDatasetOptions): PosterError {
  return new PosterError(
    'data.layout',
    `Expected votes for the images in ${resolve(root)}, but there are none (${name}); name them with --votes ` +
      '(fer2013new.csv of FERPlus, distribution_basic.txt of RAF-DB, or a list with the columns path and one for each ' +
      'class), or train on --targets labels.',
  );
}

function tellUnvoted(listing: Listing, split: Split): Listing {
  const unvoted = listing.dropped.find(({ reason }) => reason === noVotes);
  if (!unvoted) return listing;
  const where = split === 'all' ? 'of the data' : `of the ${split} split`;
  const note = `Images ${where} without votes are left out: ${unvoted.count}, ${unvoted.example} first.`;
  return { ...listing, notes: [...listing.notes, note] };
}

/**
 * Finds out how a dataset lies on disk.
 * @throws PosterError `file.missing` or `data.layout`, naming what was expected and what is there.
 */
export async function detectLayout(options: OpenDatasetOptions): Promise<Layout> {
  const { type, labels, numberNames, votes, signal } = options;
  const root = resolve(options.root);
  if (labels) checkLabels(labels, '--labels');
  if (numberNames) checkLabels(numberNames, '--labels');
  await checkRoot(root, type);
  const layoutOptions: LayoutOptions = { root, type, labels, numberNames, votes, signal };
  for (const reader of readers[type]) {
    const layout = await reader.recognise(layoutOptions);
    if (layout) return withVotes(layout, layoutOptions);
  }
  throw await notRecognised(root, type);
}

async function checkRoot(root: string, type: DataType): Promise<void> {
  const found = await stat(root).catch((error: unknown) => {
    const reason = describeForeignName(root) ?? 'nothing is there';
    throw new PosterError('file.missing', `Expected ${type} data in ${root}, but ${reason}.`, {
      cause: error,
    });
  });
  if (found.isDirectory() || type === 'list') return;
  throw new PosterError(
    'data.layout',
    `Expected a folder of ${type} data, got the file ${root}; unpack it, or pass --data-type list for a list of images.`,
  );
}

async function notRecognised(root: string, type: DataType): Promise<PosterError> {
  const expected = readers[type].map((reader) => reader.expects).join('; or ');
  const found = (await fileExists(root)) ? 'another kind of file' : await describeFolder(root);
  return new PosterError(
    'data.layout',
    `Expected ${type} data in ${root}: ${expected}. Found ${found}; arrange it so, or pass another --data or --data-type.`,
  );
}

/** The first entries of a folder in words. */
async function describeFolder(folder: string): Promise<string> {
  const { folders, files: images, others } = await readFolder(folder);
  const names = [...folders.map((name) => `${name}/`), ...images, ...others];
  if (names.length === 0) return 'an empty folder';
  const more = names.length > 6 ? ` and ${names.length - 6} more` : '';
  return names.slice(0, 6).join(', ') + more;
}

/** The split to read, by the rules of `OpenDatasetOptions.split`. */
export function chooseSplit(layout: Layout, { type, split, root }: OpenDatasetOptions): Split {
  const { evaluationSplit, oneEvaluationSet } = dataTypeFacts(type);
  const evaluation = [evaluationSplit, evaluationSplit === 'valid' ? 'test' : 'valid'] as const;
  const alternatives: readonly Split[] =
    split === undefined
      ? [...evaluation, 'all']
      : oneEvaluationSet && (split === 'valid' || split === 'test')
        ? [split, ...evaluation]
        : [split];
  const chosen = alternatives.find((candidate) => layout.splits.includes(candidate));
  if (chosen) return chosen;
  throw new PosterError('option.invalid', missingSplit(layout, split ?? evaluationSplit, root));
}

function missingSplit(layout: Layout, split: Split, root: string): string {
  const there = layout.splits.join(', ');
  if (split === 'all')
    return `Expected undivided data in ${root}, but they are divided into ${there}; name one of these splits.`;
  if (there === 'all')
    return `Expected a ${split} split in ${root}, but the data there are not divided; ask for the split "all", or divide them into train and valid.`;
  return `Expected a ${split} split in ${root}, got ${there}; add ${split}/ or name another split.`;
}

/** @throws PosterError `data.layout` with the first of `findLayoutProblems`. */
export function requireSound(listing: Listing, split: Split, options: OpenDatasetOptions): void {
  const problem = findLayoutProblems(
    listing.classes,
    countByClass(listing),
    split,
    options,
    listing.dropped,
  )[0];
  if (problem) throw new PosterError('data.layout', problem);
}

/** What makes a split with so many images per class unfit for use, one sentence each. */
export function findLayoutProblems(
  classes: readonly string[],
  counts: readonly number[],
  split: Split,
  { root, allowEmpty }: Pick<OpenDatasetOptions, 'root' | 'allowEmpty'>,
  dropped: readonly Dropped[],
): string[] {
  const leftOut = dropped.length > 0 ? ` (left out: ${describeDropped(dropped)})` : '';
  const where = `${split === 'all' ? 'the data' : `the ${split} split`} in ${root}`;
  if (classes.length < 2)
    return [
      `Expected at least two classes in ${where}, got only "${classes.join()}"; add the other classes.`,
    ];
  if (counts.every((count) => count === 0))
    return [
      `Expected images in ${where}, found none${leftOut}; check that they are unpacked there, and of a kind that can be read.`,
    ];
  if (allowEmpty) return [];
  const empty = emptyClasses(classes, counts);
  if (empty.length === 0) return [];
  return [
    `Expected images of every class in ${where}, but ${empty.join(', ')} ${empty.length > 1 ? 'have' : 'has'} none${leftOut}; ` +
      'add them, correct --labels, or pass --allow-empty to go on without.',
  ];
}

/** The classes without samples. */
export function emptyClasses(classes: readonly string[], counts: readonly number[]): string[] {
  return classes.filter((_, label) => counts[label] === 0);
}

/** The number of samples of each class. */
export function countByClass({ classes, samples }: Pick<Listing, 'classes' | 'samples'>): number[] {
  const counts = new Array<number>(classes.length).fill(0);
  for (const { label } of samples) counts[label]!++;
  return counts;
}
