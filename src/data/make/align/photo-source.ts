/** The photos to align and where their crops go. */
import { basename, dirname, extname, relative } from 'node:path';
import { PosterError } from '../../../errors.js';
import { createDropCounter, describeDropped, endingReason } from '../../layouts/layout.js';
import { folderExists, listImages } from '../../layouts/list-images.js';
import type { OpenDatasetOptions } from '../../open-dataset.js';
import { planClassTree, readListings, uniquePaths } from '../class-tree.js';
import type { Photo, PhotoSource, PhotoSourceOptions } from './types.js';

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
  const uniquePath = uniquePaths();
  const photos = images.map((path): Photo => {
    const folder = dirname(relative(root, path));
    return { path, split: 'all', target: uniquePath(folder === '.' ? '' : folder, cropName(path)) };
  });
  const splits = [{ split: 'all' as const, folder: '' }];
  return {
    ...{ layout: 'photos', classes: [], folders: [], splits, photos, notes: [] },
    dropped: dropped.map((group) => ({ ...group, split: 'all' as const })),
  };
}

async function labelled(options: OpenDatasetOptions): Promise<PhotoSource> {
  const { layout, listings: bySplit } = await readListings(options);
  const listings = [...bySplit];
  const classes = listings[0]?.[1].classes ?? [];
  const { folders, splitFolder, pathFor } = planClassTree(classes, options.type, layout.splits);
  return {
    layout: layout.name,
    classes,
    folders,
    splits: listings.map(([split]) => ({ split, folder: splitFolder(split) })),
    photos: listings.flatMap(([split, { samples }]) =>
      samples.map(({ path, label }): Photo => {
        return { path, split, label, target: pathFor({ split, label }, cropName(path)) };
      }),
    ),
    dropped: listings.flatMap(([split, { dropped }]) => dropped.map((group) => ({ ...group, split }))),
    notes: listings.flatMap(([, { notes }]) => notes),
  };
}

function cropName(photo: string): string {
  return `${basename(photo, extname(photo))}.png`;
}

/** The path of a photo's i-th crop: the photo's target, or with all faces the target with a number. */
export function cropPath(target: string, all: boolean, i: number): string {
  return all ? target.replace(/\.png$/, `-face${i + 1}.png`) : target;
}
