/** The photos to align and where their crops go. */
import { basename, extname, join, relative } from 'node:path';
import { PosterError } from '../../../errors.js';
import type { DataType } from '../../labels.js';
import { createDropCounter, type Dropped, type Split } from '../../layouts/layout.js';
import { describeDropped, endingReason } from '../../layouts/left-out.js';
import { folderExists, listImages } from '../../layouts/list-images.js';
import { detectLayout, type OpenDatasetOptions } from '../../open-dataset.js';
import { classFolderNames, splitFolderName, uniqueFileNames } from '../prepare/class-tree.js';
import { readSplits } from '../prepare/source.js';

export interface Photo {
  readonly path: string;
  readonly split: Split;
  /** Its class; absent in a plain folder. */
  readonly label?: number;
  /** The path of its crop under the folder that is made, with forward slashes. */
  readonly target: string;
}

export interface PhotoSource {
  readonly layout: string;
  /** Empty for a plain folder. */
  readonly classes: readonly string[];
  /** The folder of each class. */
  readonly folders: readonly string[];
  /** With the folder of each under the one that is made; empty for undivided data. */
  readonly splits: readonly { readonly split: Split; readonly folder: string }[];
  readonly photos: readonly Photo[];
  readonly dropped: readonly (Dropped & { readonly split: Split })[];
  readonly notes: readonly string[];
}

export type PhotoSourceOptions = Omit<OpenDatasetOptions, 'split' | 'type'> & {
  readonly type?: DataType | undefined;
};

/**
 * Lists a dataset's images, or without a type every photo below the root.
 * @throws PosterError `file.missing` or `data.layout`
 */
export function listPhotos(options: PhotoSourceOptions): Promise<PhotoSource> {
  const { type } = options;
  return type === undefined ? plainFolder(options) : labelled({ ...options, type });
}

/** Crops lie as their photos do. */
async function plainFolder({ root, signal }: PhotoSourceOptions): Promise<PhotoSource> {
  if (!(await folderExists(root)))
    throw new PosterError('file.missing', `Expected a folder of photos at ${root}, but there is none.`);
  const { images, others } = await listImages(root, signal);
  const passedOver = createDropCounter();
  for (const path of others) passedOver.add(endingReason(path), path);
  const dropped = passedOver.list();
  if (images.length === 0) {
    const found = dropped.length > 0 ? `found only ${describeDropped(dropped)}` : 'found none';
    throw new PosterError('data.layout', `Expected photos in ${root}, ${found}; name their folder.`);
  }
  const targetIn = targetNames();
  const photos = images.map((path): Photo => {
    const folder = join(relative(root, path), '..');
    return { path, split: 'all', target: targetIn(folder === '.' ? '' : folder, path) };
  });
  const splits = [{ split: 'all' as const, folder: '' }];
  return {
    ...{ layout: 'photos', classes: [], folders: [], splits, photos, notes: [] },
    dropped: dropped.map((group) => ({ ...group, split: 'all' as const })),
  };
}

async function labelled(options: OpenDatasetOptions): Promise<PhotoSource> {
  const layout = await detectLayout(options);
  const listings = [...(await readSplits(layout, options))];
  const classes = listings[0]?.[1].classes ?? [];
  const folders = classFolderNames(classes);
  const targetIn = targetNames();
  const folderOf = (split: Split) => splitFolderName(split, options.type, layout.splits);
  return {
    layout: layout.name,
    classes,
    folders,
    splits: listings.map(([split]) => ({ split, folder: folderOf(split) })),
    photos: listings.flatMap(([split, { samples }]) =>
      samples.map(({ path, label }): Photo => {
        return { path, split, label, target: targetIn(join(folderOf(split), folders[label]!), path) };
      }),
    ),
    dropped: listings.flatMap(([split, { dropped }]) => dropped.map((group) => ({ ...group, split }))),
    notes: listings.flatMap(([, { notes }]) => notes),
  };
}

/** Names crops after their photos, each another in its folder. */
function targetNames(): (folder: string, path: string) => string {
  const nameIn = uniqueFileNames();
  return (folder, path) => {
    const name = nameIn(folder, `${basename(path, extname(path))}.png`);
    return join(folder, name).replaceAll('\\', '/');
  };
}

/** The path of a photo's i-th crop: the photo's target, or with all faces the target with a number. */
export function cropPath(target: string, all: boolean, i: number): string {
  return all ? target.replace(/\.png$/, `-face${i + 1}.png`) : target;
}
