import { basename, join } from 'node:path';
import { PosterError } from '../../errors.js';
import type { Sample } from '../dataset.js';
import { labelSet } from '../labels.js';
import { majorityLabel, readVotes, type VotesRow } from './ferplus-votes.js';
import {
  createDropCounter,
  type LayoutOptions,
  type LayoutReader,
  type Listing,
  type Split,
} from './layout.js';
import { fileExists, listImages } from './list-images.js';
import { type LabelOrder, orderLabels } from './order-labels.js';

const votesNames = ['ferplus-votes.csv', 'fer2013new.csv'];

/** FER2013's faces as fer0000000.png, … anywhere under the root, and the FERPlus votes. */
export const ferPlusImages: LayoutReader = {
  expects:
    'images fer0000000.png, … with the votes file ferplus-votes.csv or fer2013new.csv (or --votes FILE)',

  async recognise(options) {
    const votesFile = await findVotes(options);
    if (!votesFile) return undefined;
    const pathOf = await findFaces(options);
    if (pathOf.size === 0) throw await noFaces(options.root);
    const rows = latestByImage(await readVotes(votesFile, options.signal));
    const labels = orderLabels(labelSet('FERPlus'), options.labels);
    const splits = (['train', 'valid', 'test'] as const).filter((split) =>
      rows.some((row) => row.split === split && pathOf.has(row.image)),
    );
    return {
      name: 'FER2013 images with FERPlus votes',
      splits,
      read: async (split) => listSplit(rows, split, pathOf, labels),
    };
  },
};

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

/** The class index of a row, or why its face is left out. */
export function rowLabel(row: VotesRow, indexOf: readonly number[]): number | string {
  if (row.image === '') return 'no image named in the votes file (not a face)';
  const label = majorityLabel(row.votes);
  return typeof label === 'number' ? indexOf[label]! : label;
}

function listSplit(
  rows: readonly VotesRow[],
  split: Split,
  pathOf: ReadonlyMap<string, string>,
  { classes, indexOf }: LabelOrder,
): Listing {
  const dropped = createDropCounter();
  const samples: Sample[] = [];
  for (const row of rows.filter((candidate) => candidate.split === split)) {
    const label = rowLabel(row, indexOf);
    const path = pathOf.get(row.image);
    if (typeof label === 'string') dropped.add(label, row.image || `line ${row.line}`);
    else if (path === undefined) dropped.add('image missing', row.image);
    else samples.push({ path, label });
  }
  return { classes, samples, dropped: dropped.list(), notes: [] };
}
