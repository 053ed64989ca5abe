import { basename, join } from 'node:path';
import { PosterError } from '../../errors.js';
import { expressionName } from '../labels.js';
import { assignClasses, type ClassAssignment } from './assign-classes.js';
import {
  createDropCounter,
  describeDropped,
  endingReason,
  type Layout,
  type LayoutOptions,
  type LayoutReader,
  type Listing,
  type Split,
} from './layout.js';
import { listImages, readFolder } from './list-images.js';
import { readStoredLabels } from './stored-labels.js';
import { unlabelledFolder, votesListName } from './votes/votes-list.js';

const splitNames: readonly [Split, readonly string[]][] = [
  ['train', ['train', 'training']],
  ['valid', ['valid', 'val', 'validation']],
  ['test', ['test', 'testing']],
];

/** The folder of each split that a root holds, the official spelling first, in any capitals. */
export async function findSplitFolders(root: string): Promise<Map<Split, string>> {
  const { folders } = await readFolder(root);
  const found = new Map<Split, string>();
  for (const [split, spellings] of splitNames) {
    const spelling = spellings.find((name) => folders.some((folder) => folder.toLowerCase() === name));
    const folder = folders.find((candidate) => candidate.toLowerCase() === spelling);
    if (folder) found.set(split, join(root, folder));
  }
  return found;
}

/** A note when a split's folder is not spelled as the official program reads it. */
export function spellingNote(split: Split, folder: string): string[] {
  const name = basename(folder);
  if (name === split) return [];
  return [`${folder} is read as the ${split} split; the official program looks for ${split}/.`];
}

/**
 * One folder per class under train/, valid/ or test/ (or straight under the root, undivided), in any
 * depth, as torchvision's ImageFolder reads them.
 */
export const classFolders: LayoutReader = {
  expects: 'class folders under train/ and valid/ (or test/)',

  async recognise(options) {
    const splits = await findSplitFolders(options.root);
    if (splits.size === 0) return undivided(options);
    const folders = await Promise.all([...splits.values()].map(classFoldersOf));
    return layoutOf(options, splits, [...new Set(folders.flat())].sort());
  },
};

/** The root itself holds the class folders. */
async function undivided(options: LayoutOptions): Promise<Layout | undefined> {
  const folders = await undividedFolders(options.root);
  const named = folders.every((folder) => expressionName(folder) ?? /^\d+$/.test(folder));
  if (folders.length < 2 || !(named || options.type === 'folder')) return undefined;
  return layoutOf(options, new Map([['all', options.root]]), folders);
}

/** Of prepared data, one folder holds the images that have votes but no class. */
async function undividedFolders(root: string): Promise<readonly string[]> {
  const { folders, others } = await readFolder(root);
  return others.includes(votesListName) ? folders.filter((name) => name !== unlabelledFolder) : folders;
}

async function classFoldersOf(folder: string): Promise<readonly string[]> {
  const { folders, files: images, others } = await readFolder(folder);
  if (folders.length > 0) return folders;
  const passedOver = createDropCounter();
  for (const name of others) passedOver.add(endingReason(name), name);
  throw new PosterError(
    'data.layout',
    images.length > 0
      ? `Expected a folder per class in ${folder}, got ${images.length} images without one; sort them into class ` +
          'folders, put the label file EmoLabel/list_patition_label.txt beside it (RAF-DB), or name images ' +
          'and labels in a CSV and pass --data-type list.'
      : `Expected a folder per class in ${folder}, but it ${others.length > 0 ? `holds only ${describeDropped(passedOver.list())}` : 'is empty'}; put the class folders there.`,
  );
}

async function layoutOf(
  options: LayoutOptions,
  splits: ReadonlyMap<Split, string>,
  folders: readonly string[],
): Promise<Layout> {
  const { root, type, labels, signal } = options;
  const stored = await readStoredLabels(root);
  const assignment = assignClasses(folders, { type, labels, stored, where: root });
  return {
    name: 'class folders',
    splits: [...splits.keys()],
    async read(split) {
      const listing = await readSplit(split, splits.get(split)!, assignment, signal);
      return { ...listing, alignment: stored?.alignment };
    },
  };
}

async function readSplit(
  split: Split,
  folder: string,
  { classes, labelOf }: ClassAssignment,
  signal: AbortSignal | undefined,
): Promise<Listing> {
  const folders = split === 'all' ? await undividedFolders(folder) : (await readFolder(folder)).folders;
  const dropped = createDropCounter();
  const samples: { path: string; label: number }[] = [];
  for (const name of folders) {
    const label = labelOf.get(name)!;
    const { images, others } = await listImages(join(folder, name), signal);
    for (const path of others) dropped.add(endingReason(path), path);
    for (const path of images) {
      if (typeof label === 'string') dropped.add(label, path);
      else samples.push({ path, label });
    }
  }
  const notes = split === 'all' ? [] : spellingNote(split, folder);
  return { classes, samples, dropped: dropped.list(), notes };
}
