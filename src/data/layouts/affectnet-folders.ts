import { closeSync, openSync, readSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PosterError, throwIfAborted } from '../../errors.js';
import type { Sample } from '../dataset.js';
import { type AffectNetLabels, affectNetLabels } from './affectnet-labels.js';
import { createDropCounter, endingReason, type LayoutReader, type Listing, type Split } from './layout.js';
import { folderExists, readFolder } from './list-images.js';
import { readNpyScalar } from './npy.js';

const splitFolders: readonly [Split, string][] = [
  ['train', 'train_set'],
  ['valid', 'val_set'],
];

/** Annotations read between two turns of the event loop. */
const sliceLength = 256;

/** AffectNet as distributed since 2021: train_set/ and val_set/ with images/N.jpg and annotations/N_exp.npy. */
export const affectNetFolders: LayoutReader = {
  expects: 'train_set/ and val_set/, each with images/ and annotations/',

  async recognise(options) {
    const found = new Map<Split, string>();
    for (const [split, name] of splitFolders) {
      const folder = join(options.root, name);
      if (await folderExists(folder)) found.set(split, folder);
    }
    if (found.size === 0) return undefined;
    const labels = affectNetLabels(options);
    return {
      name: 'AffectNet as distributed (annotation files)',
      splits: [...found.keys()],
      read: (split) => readSplit(found.get(split)!, labels, options.signal),
    };
  },
};

async function readSplit(
  folder: string,
  labels: AffectNetLabels,
  signal: AbortSignal | undefined,
): Promise<Listing> {
  const annotations = join(folder, 'annotations');
  for (const part of [join(folder, 'images'), annotations])
    if (!(await folderExists(part)))
      throw new PosterError('data.layout', `Expected the folder ${part} of AffectNet; unpack it there.`);
  const { files: images, others } = await readFolder(join(folder, 'images'));
  const dropped = createDropCounter();
  for (const name of others) dropped.add(endingReason(name), join(folder, 'images', name));
  const samples: Sample[] = [];
  for (const [i, name] of images.entries()) {
    if (i % sliceLength === 0) await yieldToEventLoop(signal);
    const path = join(folder, 'images', name);
    const label = readLabel(join(annotations, `${name.slice(0, -extname(name).length)}_exp.npy`), labels);
    if (typeof label === 'number') samples.push({ path, label });
    else dropped.add(label, path);
  }
  return { classes: labels.classes, samples, dropped: dropped.list(), notes: [] };
}

async function yieldToEventLoop(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  throwIfAborted(signal);
}

/** An annotation file takes 128 to 140 bytes. */
const buffer = new Uint8Array(4096);

/**
 * The class index, or a reason to drop the image. Reading is synchronous: for hundreds of thousands of
 * files of a hundred bytes that is several times faster than by promises.
 */
function readLabel(path: string, labels: AffectNetLabels): number | string {
  const bytes = readHead(path);
  if (!bytes) return 'no annotation file';
  const value = readNpyScalar(bytes);
  const label = value === undefined || value === '' ? undefined : labels.labelOf(Number(value));
  if (label !== undefined) return label;
  throw new PosterError(
    'data.layout',
    `Expected an expression number 0 to 10 in ${path}, got ${value === undefined ? 'no NumPy value' : `"${value}"`}; unpack the annotations again.`,
  );
}

function readHead(path: string): Uint8Array | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return buffer.subarray(0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}
