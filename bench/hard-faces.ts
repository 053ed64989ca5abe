/**
 * Measures where the model that comes with this package fails, on labelled faces, and writes it into
 * docs/model-card.md: faces turned to the side, covered, dark, small and mirrored. To be run again when the weights are
 * replaced.
 *
 *   node build/bench/hard-faces.js --data FACES --votes ferplus-votes.csv
 *
 * FACES: the folder of FERPlus' faces. How far a face is turned is read from the points that the face finder places on
 * it: by how much of the distance of the eyes the nose lies beside their middle.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createProgress } from '../src/cli/render/progress.js';
import { Poster } from '../src/core/poster.js';
import { openDataset } from '../src/data/open-dataset.js';
import { wilsonInterval } from '../src/evaluate/metrics.js';
import type { FivePoints } from '../src/faces/align/five-points.js';
import { type FaceFinder, openFaceFinder } from '../src/faces/open-face-finder.js';
import { decodeInput } from '../src/image/decode/decode-input.js';
import { resizeBilinear } from '../src/image/resize.js';
import { flipHorizontally, type RgbImage } from '../src/image/rgb-image.js';
import { markdownTable } from './support/markdown-table.js';
import { replaceSection } from './support/replace-section.js';

/** A rectangle in parts of a face's width and height: left, top, right, bottom. */
type Part = readonly [number, number, number, number];

/** What is done to every face, by what the table calls it. */
const changes: Record<string, (face: RgbImage) => RgbImage> = {
  mirrored: flipHorizontally,
  'a bar over the eyes': (face) => cover(face, [0, 0.2, 1, 0.45]),
  'a mask over nose and mouth': (face) => cover(face, [0.1, 0.5, 0.9, 1]),
  'the left half covered': (face) => cover(face, [0, 0, 0.5, 1]),
  'a quarter of the light': (face) => lit(face, 1 / 4),
  'a sixteenth of the light': (face) => lit(face, 1 / 16),
  '24 pixels wide': (face) => small(face, 24),
  '16 pixels wide': (face) => small(face, 16),
  '12 pixels wide': (face) => small(face, 12),
};

/** How far beside the middle of the eyes the nose may lie, in their distances, for each group of faces. */
const turns = [
  { name: 'facing the camera: the nose up to 0.15 eye distances beside the middle', most: 0.15 },
  { name: 'turned: 0.15 to 0.35', most: 0.35 },
  { name: 'turned far: beyond 0.35', most: Infinity },
] as const;
const unseen = 'in which the face finder finds no face';

const { values: flags } = parseArgs({ options: { data: { type: 'string' }, votes: { type: 'string' } } });
if (!flags.data) throw new Error('Expected --data, a folder of FERPlus faces.');

const dataset = await openDataset({
  root: flags.data,
  type: 'FERPlus',
  split: 'valid',
  votes: flags.votes,
});
const faces = await Promise.all(dataset.samples.map(({ path }) => decodeInput(path)));

await using poster = await Poster.load();
const plain = await judge('as they are', faces);
const rows = [row('as they are', plain), ...(await turnedRows(plain))];
for (const [name, change] of Object.entries(changes))
  rows.push(row(name, await judge(name, faces.map(change))));
const text = markdownTable(['faces', 'how many', 'top-1', '95 % interval'], rows);
const card = new URL('../../docs/model-card.md', import.meta.url);
await writeFile(card, replaceSection(await readFile(card, 'utf8'), 'hard faces', text));
process.stdout.write(`${text}\n`);

/** Which of the faces are recognised rightly. */
async function judge(name: string, images: readonly RgbImage[]): Promise<boolean[]> {
  const progress = createProgress(name, 'faces');
  const right: boolean[] = [];
  for await (const { label } of poster.predictBatch(images, { batchSize: 32 })) {
    right.push(label === dataset.classes[dataset.samples[right.length]!.label]);
    progress.update(right.length, images.length);
  }
  progress.stop();
  return right;
}

async function turnedRows(right: readonly boolean[]): Promise<string[][]> {
  await using finder = await openFaceFinder();
  const progress = createProgress('turned', 'faces');
  const groups = new Map<string, boolean[]>(
    [...turns.map(({ name }) => name), unseen].map((name) => [name, []]),
  );
  for (const [i, face] of faces.entries()) {
    groups.get(await turnOf(face, finder))!.push(right[i]!);
    progress.update(i + 1, faces.length);
  }
  progress.stop();
  return [...groups].map(([name, answers]) => row(name, answers));
}

/** The name of the group that a face belongs to. */
async function turnOf(face: RgbImage, finder: FaceFinder): Promise<string> {
  const [found] = await finder.find(framed(face), { maxFaces: 1 });
  if (!found) return unseen;
  const turn = Math.abs(noseOffset(found.points));
  return turns.find(({ most }) => turn <= most)!.name;
}

/** How far the nose lies from the middle of the eyes along their line, in their distances; 0 for a face seen from the front. */
function noseOffset([left, right, nose]: FivePoints): number {
  const [x, y] = [right.x - left.x, right.y - left.y];
  const beside = (nose.x - (left.x + right.x) / 2) * x + (nose.y - (left.y + right.y) / 2) * y;
  return beside / (x * x + y * y);
}

/** The face at four times its size with a margin of half a face around it, in which a finder made for photos finds it. */
function framed(face: RgbImage): RgbImage {
  const [width, height] = [face.width * 2, face.height * 2];
  const data = new Uint8Array(width * height * 3).fill(127);
  for (let y = 0; y < face.height; y++) {
    const from = y * face.width * 3;
    const to = ((y + (face.height >> 1)) * width + (face.width >> 1)) * 3;
    data.set(face.data.subarray(from, from + face.width * 3), to);
  }
  return resizeBilinear({ width, height, data }, width * 4, height * 4);
}

function cover(face: RgbImage, [left, top, right, bottom]: Part): RgbImage {
  const { width, height } = face;
  const data = face.data.slice();
  for (let y = Math.round(top * height); y < Math.round(bottom * height); y++)
    data.fill(0, (y * width + Math.round(left * width)) * 3, (y * width + Math.round(right * width)) * 3);
  return { width, height, data };
}

function lit(face: RgbImage, share: number): RgbImage {
  return { ...face, data: face.data.map((value) => Math.round(value * share)) };
}

function small(face: RgbImage, side: number): RgbImage {
  return resizeBilinear(resizeBilinear(face, side, side), face.width, face.height);
}

function row(name: string, right: readonly boolean[]): string[] {
  const hits = right.filter(Boolean).length;
  const { low, high } = wilsonInterval(hits, right.length);
  const [accuracy, from, to] = [hits / right.length, low, high].map(
    (share) => `${(100 * share).toFixed(1)} %`,
  );
  return [name, String(right.length), accuracy!, `${from} to ${to}`];
}
