/** A labelled set of drawn faces in RAF-DB's layout, for trying everything with no data at hand. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PosterError } from '../../src/errors.js';
import sharp, { type Sharp } from '../../src/image/sharp.js';
import { orUnwritable, writeAtomically } from '../../src/io/write-atomically.js';
import { forEachParallel } from '../../src/util/limit.js';
import { type Random, randomStream, shuffle } from '../../src/util/random.js';
import { drawFace } from './draw-face.js';
import { drawnExpressions } from './expressions.js';
import type { Exposure } from './face.js';
import { normal, randomExposure, randomFace } from './random-face.js';

export interface DrawnDatasetOptions {
  /** Faces to learn from and faces held out, each about evenly spread over the seven expressions. */
  readonly train: number;
  readonly test: number;
  /** Decides every face; see `randomStream`. */
  readonly seed: number;
  /** How much faces that are not told apart by it may differ; see `randomFace`. Default 1. */
  readonly variety?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each face. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Pictures drawn at the same time; each decodes and encodes in sharp's own threads. */
const width = 4;

/** Says what the folder holds, and that it may be drawn over. */
const note = 'DRAWN.txt';

/**
 * Draws faces into `folder` as RAF-DB is distributed: Image/aligned/train_00001_aligned.jpg of 100 x 100 pixels
 * and so on, and EmoLabel/list_patition_label.txt. The held-out faces are drawn with other parameters.
 * The label file comes last: without it the set is incomplete.
 *
 * @throws PosterError `file.unwritable`, also for a folder with files that are not drawn faces; `aborted`.
 */
export async function writeDrawnDataset(folder: string, options: DrawnDatasetOptions): Promise<void> {
  const { train, test, seed, variety, signal, onProgress } = options;
  await requireOwnFolder(folder);
  const images = join(folder, 'Image', 'aligned');
  const faces = [...listFaces('train', train, 5, seed), ...listFaces('test', test, 4, seed)];
  let done = 0;
  await orUnwritable(folder, () => clear(folder));
  await orUnwritable(images, () => mkdir(images, { recursive: true }));
  await writeAtomically(join(folder, note), noteText(seed));
  const draw = async (face: ListedFace) => {
    const path = join(images, `${face.name}_aligned.jpg`);
    const jpeg = await takePicture(face, seed, variety);
    await orUnwritable(path, () => writeFile(path, jpeg));
    onProgress?.(++done, faces.length);
  };
  await forEachParallel(faces, width, draw, signal);
  const lines = faces.map(({ name, label }) => `${name}.jpg ${label + 1}\n`);
  await writeAtomically(join(folder, 'EmoLabel', 'list_patition_label.txt'), lines.join(''));
}

async function requireOwnFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  if (names.length === 0 || names.includes(note)) return;
  throw new PosterError(
    'file.unwritable',
    `Expected ${folder} to be empty or to hold drawn faces, but it holds ${names[0]}; choose another folder.`,
  );
}

/** Whether a folder holds a set that was drawn, or the beginning of one. */
export async function holdsDrawnFaces(folder: string): Promise<boolean> {
  return (await readdir(folder).catch((): string[] => [])).includes(note);
}

/** Removes an earlier set, which may have had more faces; its label file first. */
async function clear(folder: string): Promise<void> {
  for (const part of ['EmoLabel', 'Image']) await rm(join(folder, part), { recursive: true, force: true });
}

interface ListedFace {
  /** As in the label file, without extension: 'train_00001'. */
  readonly name: string;
  readonly split: string;
  readonly number: number;
  /** Position in `drawnExpressions`. */
  readonly label: number;
}

function listFaces(split: string, count: number, digits: number, seed: number): ListedFace[] {
  const labels = Uint32Array.from({ length: count }, (_, i) => i % drawnExpressions.length);
  shuffle(labels, randomStream(seed, `drawn labels ${split}`));
  return Array.from(labels, (label, i) => ({
    name: `${split}_${String(i + 1).padStart(digits, '0')}`,
    split,
    number: i + 1,
    label,
  }));
}

/** One face as a JPEG of 100 x 100 pixels. */
async function takePicture(
  { split, number, label }: ListedFace,
  seed: number,
  variety?: number,
): Promise<Buffer> {
  const random = randomStream(seed, `drawn face ${split}`, number);
  const svg = drawFace(randomFace(drawnExpressions[label]!, random, variety));
  const exposure = randomExposure(random, variety);
  const { data, info } = await expose(sharp(Buffer.from(svg)), exposure)
    .raw()
    .toBuffer({ resolveWithObject: true });
  addNoise(data, exposure.noise, random);
  const { width, height, channels } = info;
  return sharp(data, { raw: { width, height, channels } }).jpeg({ quality: exposure.jpegQuality }).toBuffer();
}

function expose(picture: Sharp, { brightness, saturation, blur }: Exposure): Sharp {
  const toned = picture.removeAlpha().modulate({ brightness, saturation });
  return blur >= 0.3 ? toned.blur(blur) : toned;
}

function addNoise(pixels: Uint8Array, deviation: number, random: Random): void {
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i]! + deviation * normal(random);
    pixels[i] = Math.min(255, Math.max(0, Math.round(value)));
  }
}

function noteText(seed: number): string {
  return (
    'These faces are drawn by a program, not photographed: they show how POSTER V2 is trained and evaluated, and\n' +
    `say nothing about its accuracy on people. Their seed is ${seed}. The layout is that of RAF-DB.\n`
  );
}
