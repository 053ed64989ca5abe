import { basename, join } from 'node:path';
import { PosterError } from '../../../errors.js';
import type { Sample } from '../../dataset.js';
import { labelSet } from '../../labels.js';
import {
  createDropCounter,
  type LayoutOptions,
  type LayoutReader,
  type Listing,
  type Split,
} from '../layout.js';
import { fileExists, listImages } from '../list-images.js';
import { hasClassColumns } from '../lists/class-columns.js';
import { type LabelOrder, orderLabels } from '../order-labels.js';
import { likeliestClass, toDistribution } from './distribution.js';
import { targetVotes } from './ferplus-targets.js';
import { isVotesFile, majorityLabel, readVotes, type VotesRow } from './ferplus-votes.js';

const votesNames = ['ferplus-votes.csv', 'fer2013new.csv'];

/** FER2013's faces as fer0000000.png, … anywhere under the root, and the FERPlus votes. */
export const ferPlusImages: LayoutReader = {
  expects:
    'images fer0000000.png, … with the votes file ferplus-votes.csv or fer2013new.csv (or --votes FILE)',

  async recognise(options) {
    const votesFile = await findVotes(options);
    if (!votesFile || (await isOtherList(votesFile, options))) return undefined;
    const pathOf = await findFaces(options);
    if (pathOf.size === 0) throw await noFaces(options.root);
    const rows = latestByImage(await readVotes(votesFile, options.signal));
    const labels = orderLabels(labelSet('FERPlus'), options.labels);
    const splits = (['train', 'valid', 'test'] as const).filter((split) =>
      rows.some((row) => row.split === split && pathOf.has(row.image)),
    );
    if (splits.length === 0) throw noneNamed(votesFile, options.root, pathOf.size);
    return {
      name: 'FER2013 images with FERPlus votes',
      splits,
      read: async (split) => listSplit(rows, split, pathOf, labels, rowLabel),
      votes: {
        file: votesFile,
        read: async (split) => listSplit(rows, split, pathOf, labels, rowTarget),
        readShares: async (split) => listSplit(rows, split, pathOf, labels, rowShares),
      },
    };
  },
};

/** Votes in a list with a column per class are for images in any layout. */
async function isOtherList(votesFile: string, { signal }: LayoutOptions): Promise<boolean> {
  return !(await isVotesFile(votesFile, signal)) && (await hasClassColumns(votesFile, signal));
}

function noneNamed(votesFile: string, root: string, count: number): PosterError {
  return new PosterError(
    'data.layout',
    `Expected votes for the ${count} images fer0000000.png, … in ${root}, but no row of ${votesFile} is for one of them; ` +
      'take the votes of these images.',
  );
}

/** The votes file named or found in the root. */
export async function findVotes({
  root,
  votes,
}: Pick<LayoutOptions, 'root' | 'votes'>): Promise<string | undefined> {
  if (votes) return votes;
  for (const name of votesNames) if (await fileExists(join(root, name))) return join(root, name);
  return undefined;
}

/** Faces by file name. The same name in two folders is the same face; the first path is taken. */
async function findFaces({ root, signal }: LayoutOptions): Promise<Map<string, string>> {
  const { images } = await listImages(root, signal);
  const faces = images.filter((path) => /^fer\d{7}\.png$/.test(basename(path)));
  return new Map(faces.reverse().map((path) => [basename(path), path]));
}

async function noFaces(root: string): Promise<PosterError> {
  const csv = await findFer2013Csv(root);
  return new PosterError(
    'data.layout',
    csv
      ? `Expected images fer0000000.png, … in ${root}, got ${basename(csv)}; write its images out with "poster data prepare" first.`
      : `Expected images fer0000000.png, … or fer2013.csv in ${root}, found neither; unpack FER2013 there.`,
  );
}

/** FER2013's own file, under either of the names it was published with. */
export async function findFer2013Csv(root: string): Promise<string | undefined> {
  for (const name of ['fer2013.csv', 'icml_face_data.csv', 'fer2013/fer2013.csv'])
    if (await fileExists(join(root, name))) return join(root, name);
  return undefined;
}

/**
 * One row per image: FERPlus names three images twice, and its official program lets the later row stand.
 * Rows without an image stay.
 */
export function latestByImage(rows: readonly VotesRow[]): VotesRow[] {
  const last = new Map(rows.map((row, i) => [row.image, i]));
  return rows.filter((row, i) => row.image === '' || last.get(row.image) === i);
}

/** What a row says of its face, or why the face is left out. */
type RowReader = (row: VotesRow, order: LabelOrder) => Omit<Sample, 'path'> | string;

/** The majority label. */
export const rowLabel: RowReader = ({ image, votes }, { indexOf }) => {
  if (image === '') return unnamed;
  const label = majorityLabel(votes);
  return typeof label === 'number' ? { label: indexOf[label]! } : label;
};

/** The distribution of the votes, with the majority label or else the class that has the most. */
export const rowTarget: RowReader = ({ image, votes }, { classes, indexOf }) => {
  if (image === '') return unnamed;
  const counted = targetVotes(votes);
  if (typeof counted === 'string') return counted;
  const spread = new Array<number>(classes.length).fill(0);
  for (const [own, count] of counted.entries()) spread[indexOf[own]!] = count;
  const majority = majorityLabel(votes);
  const label = typeof majority === 'number' ? majority : likeliestClass(counted);
  return { label: indexOf[label]!, distribution: toDistribution(spread)! };
};

/** All votes for the eight expressions; those of the faces that have a majority label. */
const rowShares: RowReader = (row, order) => {
  const labelled = rowLabel(row, order);
  if (typeof labelled === 'string') return labelled;
  const distribution = new Array<number>(order.classes.length).fill(0);
  for (const [own, place] of order.indexOf.entries()) distribution[place] = row.votes[own]!;
  return { ...labelled, distribution: toDistribution(distribution)! };
};

const unnamed = 'no image named in the votes file (not a face)';

function listSplit(
  rows: readonly VotesRow[],
  split: Split,
  pathOf: ReadonlyMap<string, string>,
  order: LabelOrder,
  read: RowReader,
): Listing {
  const dropped = createDropCounter();
  const samples: Sample[] = [];
  for (const row of rows.filter((candidate) => candidate.split === split)) {
    const found = read(row, order);
    const path = pathOf.get(row.image);
    if (typeof found === 'string') dropped.add(found, row.image || `line ${row.line}`);
    else if (path === undefined) dropped.add('image missing', row.image);
    else samples.push({ path, ...found });
  }
  return { classes: order.classes, samples, dropped: dropped.list(), notes: [] };
}
