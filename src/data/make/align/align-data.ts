import { createHash } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { PosterError } from '../../../errors.js';
import { chooseAlignment } from '../../../faces/align/template.js';
import { checkCropSize } from '../../../image/alignment.js';
import { takeLock } from '../../../io/lock-file.js';
import { unwritable } from '../../../io/write-atomically.js';
import { requireOptions } from '../../../util/given.js';
import { publishedCrops } from '../../labels.js';
import { isEmptyOrAbsent, requireNewFolder } from '../new-folder.js';
import { alignPhotos, journalName } from './align-photos.js';
import { listPhotos } from './photo-source.js';
import { summariseAlignment } from './summarise-alignment.js';
import type { AlignDataOptions, AlignedData, AlignTask, PhotoSource } from './types.js';
import { writeFindings } from './write-findings.js';

/**
 * Cuts the faces out of raw photos, aligned as `predict --faces` aligns them: a dataset in a known layout becomes
 * class folders with labels.json, a plain folder keeps its sub-folders. faces.csv says what became of every photo,
 * contact-sheet.png shows some crops, README.md says what was made of what. The tree grows in `output`.part and is
 * renamed when it is whole; interrupted work is kept there.
 *
 * @throws PosterError `option.invalid`; `file.unwritable` when `output` exists or an interrupted alignment is there and
 * `skipExisting` is not set; `run.busy` when another process makes the same folder or the interrupted alignment is
 * of other photos or options; `data.layout` when no face is found at all; otherwise as `openDataset`
 */
export async function alignData(options: AlignDataOptions): Promise<AlignedData> {
  requireOptions(options, 'alignData', { root: 'a string', output: 'a string', type: 'a string' }, [
    'root',
    'output',
  ]);
  const task = plan(options);
  const source = await listPhotos(task);
  await requireNewFolder(task.output, task.root, task.type);
  const lock = await takeLock(`${task.output}.lock`, {
    what: task.output,
    remedy: 'wait for that alignment, choose another --output',
  });
  try {
    return await alignInto(source, task);
  } catch (error) {
    throw explain(error, task);
  } finally {
    await lock.release();
  }
}

function plan(options: AlignDataOptions): AlignTask {
  const { template, cropSize, ...rest } = options;
  const alignment = chooseAlignment({ template, size: cropSize }, publishedCrops(options.type));
  checkCropSize(alignment.size);
  const output = resolve(options.output);
  return {
    ...rest,
    root: resolve(options.root),
    output,
    aside: `${output}.part`,
    alignment,
    allFaces: options.allFaces ?? false,
    workers: options.workers ?? availableParallelism(),
    onProgress: options.onProgress ?? (() => {}),
  };
}

async function alignInto(source: PhotoSource, task: AlignTask): Promise<AlignedData> {
  const { output, aside } = task;
  await requireContinuable(task);
  const outcomes = await alignPhotos(source, task, fingerprint(source, task));
  const data = summariseAlignment(source, outcomes, task);
  if (data.splits.every(({ images }) => images === 0)) throw await noFace(source, task);
  await writeFindings(aside, data, source, outcomes);
  await rm(join(aside, journalName));
  await rename(aside, output);
  return data;
}

async function requireContinuable({ aside, skipExisting }: AlignTask): Promise<void> {
  if (skipExisting || (await isEmptyOrAbsent(aside))) return;
  throw new PosterError(
    'file.unwritable',
    `Expected no interrupted alignment, but ${aside} is there; continue it with --skip-existing or remove it.`,
  );
}

function fingerprint(source: PhotoSource, { root, type, alignment, allFaces, detector }: AlignTask) {
  const digest = createHash('sha256');
  for (const { path, target } of source.photos) digest.update(`${path}\n${target}\n`);
  const { classes } = source;
  return {
    options: JSON.stringify({ root, type, alignment, allFaces, detector, classes }),
    photos: digest.digest('hex'),
  };
}

/** Nothing worth keeping was made. */
async function noFace({ photos }: PhotoSource, { root, aside }: AlignTask): Promise<PosterError> {
  await rm(aside, { recursive: true, force: true });
  return new PosterError(
    'data.layout',
    `Expected a face in at least one of the ${photos.length} photos in ${root}, but found none; look at some with "poster predict --faces --annotate".`,
  );
}

function explain(error: unknown, { output, aside }: AlignTask): unknown {
  if (error instanceof PosterError && error.code === 'aborted')
    return new PosterError(
      'aborted',
      `The alignment was cancelled; what is done is kept in ${aside}: continue with --skip-existing.`,
      { cause: error },
    );
  if (error instanceof PosterError || !isSystemError(error)) return error;
  return unwritable(output, error);
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
