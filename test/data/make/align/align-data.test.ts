import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { alignData } from '../../../../src/data/make/align/align-data.js';
import { listPhotos } from '../../../../src/data/make/align/photo-source.js';
import type { AlignDataOptions } from '../../../../src/data/make/align/types.js';
import { openDataset } from '../../../../src/data/open-dataset.js';
import type { FivePoints } from '../../../../src/faces/align/five-points.js';
import { type FaceFinder, openFaceFinder } from '../../../../src/faces/open-face-finder.js';
import { decodeImage } from '../../../../src/image/decode/decode.js';
import { encodePng } from '../../../../src/image/encode.js';
import type { RgbImage } from '../../../../src/image/rgb-image.js';
import { takeLock } from '../../../../src/io/lock-file.js';
import { landmarkError } from '../../../faces/expect-faces.js';
import {
  background,
  headPlacement,
  loadPortrait,
  placeHead,
  portraitFile,
  portraitPoints,
} from '../../../faces/portrait.js';
import { posterError, temporaryFolder, writeFiles, writeImages } from '../../support.js';

let finder: FaceFinder;
let portrait: RgbImage;
let onItsSide: Uint8Array;
let group: { picture: Uint8Array; points: FivePoints[] };
before(async () => {
  [finder, portrait] = await Promise.all([openFaceFinder({ threads: 1 }), loadPortrait()]);
  onItsSide = await sharp(portraitFile).rotate(-90).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  group = await drawGroup();
});
after(() => finder.dispose());

/** Two faces, the larger one first. */
async function drawGroup() {
  const canvas = background(560, 300);
  const points = [
    placeHead(canvas, portrait, headPlacement({ x: 390, y: 150 }, 1.2, 12)),
    placeHead(canvas, portrait, headPlacement({ x: 130, y: 140 }, 0.8, -20)),
  ];
  return { picture: await encodePng(canvas), points };
}

/** Photos in class folders: a portrait lying on its side, two people, nobody, and a file that is no image. */
async function writePhotos(root: string): Promise<void> {
  await writeFiles(root, {
    'train/happy/side.jpg': onItsSide,
    'train/sad/group.png': group.picture,
    'train/sad/broken.jpg': 'no',
    'val/happy/portrait.jpg': await readFile(portraitFile),
    'val/sad/portrait.png': await encodePng(portrait),
  });
  await writeImages(root, ['train/happy/nobody.png']);
}

function rowsOf(csv: string): Record<string, string>[] {
  return parse(csv, { columns: true });
}

function pointsOf(row: Record<string, string>): FivePoints {
  const names = ['left_eye', 'right_eye', 'nose', 'left_mouth', 'right_mouth'];
  return names.map((name) => ({ x: Number(row[`${name}_x`]), y: Number(row[`${name}_y`]) })) as never;
}

/** Every file below a folder with what it holds. */
async function contents(root: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.sort().map(async (file) => [file.slice(root.length + 1), await readFile(file)] as const),
    ),
  );
}

test('labelled photos become class folders of the largest faces, cut as recognition cuts them', async (t) => {
  const folder = await temporaryFolder(t);
  const [root, output] = [join(folder, 'photos'), join(folder, 'new/aligned')];
  await writePhotos(root);
  const progress: [number, number][] = [];
  const data = await alignData({
    root,
    output,
    type: 'folder',
    workers: 2,
    onProgress: (...step) => progress.push(step),
  });
  assert.deepEqual([progress[0], progress.at(-1), progress.length], [[0, 6], [6, 6], 7]);
  assert.deepEqual(
    data.splits.map(({ split, folder: name, photos, images, withoutFace, unreadable }) => {
      return [split, name, photos, images, withoutFace, unreadable];
    }),
    [
      ['train', 'train', 4, 2, 1, 1],
      ['valid', 'valid', 2, 2, 0, 0],
    ],
  );
  const files = await contents(output);
  assert.deepEqual(
    [...files.keys()],
    [
      'README.md',
      'contact-sheet.png',
      'faces.csv',
      'labels.json',
      'train/0_happiness/side.png',
      'train/1_sadness/group.png',
      'valid/0_happiness/portrait.png',
      'valid/1_sadness/portrait.png',
    ],
  );
  assert.deepEqual(await readdir(join(folder, 'new')), ['aligned']);

  const opened = await openDataset({ root: output, type: 'folder', split: 'train' });
  assert.deepEqual(opened.classes, ['happiness', 'sadness']);
  assert.deepEqual(
    opened.samples.map(({ label }) => label),
    [0, 1],
  );
  for (const [photo, crop] of [
    ['train/happy/side.jpg', 'train/0_happiness/side.png'],
    ['train/sad/group.png', 'train/1_sadness/group.png'],
  ] as const) {
    const [face] = await finder.find(join(root, photo));
    assert.deepEqual(await decodeImage(join(output, crop)), face!.crop);
    assert.equal(face!.crop.width, 100);
  }
  const stored = JSON.parse(files.get('labels.json')!.toString());
  assert.deepEqual(
    [stored.classes, stored.alignment],
    [['happiness', 'sadness'], { template: 'raf-db', size: 100 }],
  );
  assert.match(
    files.get('README.md')!.toString(),
    /\| train \| 4 \| 2 \| 1 \| 1 \|(.|\n)*\| 1 \| sadness \| 1_sadness \| 1 \| 1 \|/,
  );
});

test('a folder of the user’s is not taken for an interrupted alignment', async (t) => {
  const folder = await temporaryFolder(t);
  const [root, output] = [join(folder, 'photos'), join(folder, 'output')];
  await writeFiles(root, { 'portrait.jpg': await readFile(portraitFile) });
  await writeFiles(folder, { 'output.part/portrait.png': 'mine' });
  await assert.rejects(alignData({ root, output, workers: 1, skipExisting: true }), {
    code: 'file.unwritable',
    message: `Expected ${output}.part to be of an interrupted alignment, but it holds portrait.png and no journal.jsonl; move it away or choose another --output.`,
  });
  assert.deepEqual(await readdir(`${output}.part`), ['portrait.png']);
  assert.equal(await readFile(join(`${output}.part`, 'portrait.png'), 'utf8'), 'mine');
});

test('a photo that is but a line has no face, and those after it are aligned', async (t) => {
  const folder = await temporaryFolder(t);
  const [root, output] = [join(folder, 'photos'), join(folder, 'output')];
  const line = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'grey' } })
      .png()
      .toBuffer();
  await writeFiles(root, {
    'a-line.png': await line(1, 200),
    'b-line.png': await line(20_000, 1),
    'c.jpg': await readFile(portraitFile),
  });
  await alignData({ root, output, workers: 1 });
  assert.deepEqual(
    rowsOf(await readFile(join(output, 'faces.csv'), 'utf8')).map(({ photo, result }) => [photo, result]),
    [
      ['a-line.png', 'no face'],
      ['b-line.png', 'no face'],
      ['c.jpg', 'face'],
    ],
  );
});

test('faces.csv tells what became of every photo, in pixels of the upright photo', async (t) => {
  const folder = await temporaryFolder(t);
  const [root, output] = [join(folder, 'photos'), join(folder, 'output')];
  await writePhotos(root);
  await alignData({ root, output, type: 'folder', workers: 1 });
  const rows = rowsOf(await readFile(join(output, 'faces.csv'), 'utf8'));
  assert.deepEqual(
    rows.map(({ photo, class: name, result, faces_found, crop }) => [photo, name, result, faces_found, crop]),
    [
      ['train/happy/nobody.png', 'happiness', 'no face', '0', ''],
      ['train/happy/side.jpg', 'happiness', 'face', '1', 'train/0_happiness/side.png'],
      ['train/sad/broken.jpg', 'sadness', 'unreadable', '0', ''],
      ['train/sad/group.png', 'sadness', 'face', '2', 'train/1_sadness/group.png'],
      ['val/happy/portrait.jpg', 'happiness', 'face', '1', 'valid/0_happiness/portrait.png'],
      ['val/sad/portrait.png', 'sadness', 'face', '1', 'valid/1_sadness/portrait.png'],
    ],
  );
  assert.match(rows[2]!.reason!, /broken\.jpg: it is text/);
  assert.ok(landmarkError(pointsOf(rows[1]!), portraitPoints) < 0.05);
  assert.ok(landmarkError(pointsOf(rows[3]!), group.points[0]!) < 0.05);
});

test('a plain folder keeps its sub-folders; every face, another template and size on request', async (t) => {
  const folder = await temporaryFolder(t);
  const [root, output] = [join(folder, 'photos'), join(folder, 'output')];
  await writeFiles(root, { 'a.png': await encodePng(portrait), 'a.jpg': await readFile(portraitFile) });
  await writeFiles(root, { 'party/group.png': group.picture });
  const data = await alignData({
    root,
    output,
    allFaces: true,
    template: 'arcface',
    cropSize: 64,
    workers: 1,
  });
  assert.deepEqual([data.layout, data.splits[0]!.images, data.type], ['photos', 4, undefined]);
  const files = await contents(output);
  assert.deepEqual(
    [...files.keys()],
    [
      'README.md',
      'a-face1.png',
      'a~2-face1.png',
      'contact-sheet.png',
      'faces.csv',
      'party/group-face1.png',
      'party/group-face2.png',
    ],
  );
  assert.equal((await decodeImage(files.get('a-face1.png')!)).width, 64);
  assert.match(files.get('README.md')!.toString(), /64 x 64 pixels, template arcface, every face/);
  const rows = rowsOf(files.get('faces.csv')!.toString());
  for (const [i, points] of group.points.entries())
    assert.ok(landmarkError(pointsOf(rows[2 + i]!), points) < 0.08);
});

test('crops are cut as the published ones of the type, and go where the official program looks', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'eight');
  await writeFiles(root, { 'val/7/p.png': await encodePng(portrait) });
  for (let label = 0; label < 7; label++) await mkdir(join(root, 'val', String(label)));
  const ferPlus = await listPhotos({ root, type: 'FERPlus', allowEmpty: true });
  assert.equal(ferPlus.photos[0]!.target, 'valid/7_contempt/p.png');
  const output = join(folder, 'output');
  await assert.rejects(
    alignData({ root, output, type: 'AffectNet-8' }),
    posterError('data.layout', /--allow-empty/),
  );
  const { alignment } = await alignData({ root, output, type: 'AffectNet-8', allowEmpty: true });
  assert.deepEqual(alignment, { template: 'raf-db', size: 224 });
  assert.equal((await decodeImage(join(output, 'test/7_contempt/p.png'))).width, 224);
});

/** Aligns and stops after `photos` photos. */
async function interrupt(options: AlignDataOptions, photos: number): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const onProgress = (done: number) => done === photos && controller.abort();
  await assert.rejects(
    alignData({ ...options, workers: 1, signal, onProgress }),
    posterError('aborted', /is kept in .*output\.part: continue with --skip-existing/),
  );
}

test('interrupted work is kept and continued to the same result', async (t) => {
  const folder = await temporaryFolder(t);
  const [root, output] = [join(folder, 'photos'), join(folder, 'output')];
  await writePhotos(root);
  const options: AlignDataOptions = { root, output, type: 'folder', workers: 1 };
  const whole = await alignData({ ...options, output: join(folder, 'whole') });
  await interrupt(options, 4);
  assert.deepEqual((await readdir(folder)).sort(), ['output.part', 'photos', 'whole']);
  await assert.rejects(
    alignData(options),
    posterError('file.unwritable', /continue it with --skip-existing/),
  );

  // one crop lost, one line of the journal damaged, one cut off
  const journal = join(`${output}.part`, 'journal.jsonl');
  const lines = (await readFile(journal, 'utf8')).split('\n');
  assert.equal(lines.length, 6);
  lines[1] = `${lines[1]!.slice(0, 20)}\0\0\0`;
  lines[5] = lines[4]!.slice(0, 30);
  await writeFile(journal, lines.join('\n'));
  await rm(join(`${output}.part`, 'train/1_sadness/group.png'));
  const totals: number[] = [];
  const onProgress = (_: number, total: number) => totals.push(total);
  const data = await alignData({ ...options, skipExisting: true, onProgress });
  assert.equal(totals[0], 4, 'two were left, one line was damaged, one crop was lost');
  assert.deepEqual(data.splits, whole.splits);
  assert.deepEqual(await crops(output), await crops(join(folder, 'whole')));
  assert.deepEqual((await readdir(folder)).sort(), ['output', 'photos', 'whole']);
});

/** All but the files that hold a date. */
async function crops(root: string): Promise<Map<string, Buffer>> {
  const files = await contents(root);
  for (const name of ['README.md', 'labels.json']) files.delete(name);
  return files;
}

test('other photos or options do not continue an interrupted alignment, nor do two processes at once', async (t) => {
  const folder = await temporaryFolder(t);
  const [root, output] = [join(folder, 'photos'), join(folder, 'output')];
  await writePhotos(root);
  const options: AlignDataOptions = { root, output, type: 'folder', workers: 1 };
  await interrupt(options, 1);
  const again = (more: Partial<AlignDataOptions>) => alignData({ ...options, skipExisting: true, ...more });
  await assert.rejects(again({ cropSize: 64 }), posterError('run.busy', /begun with other options/));
  await writeImages(root, ['val/sad/new.png']);
  await assert.rejects(again({}), posterError('run.busy', /begun with other photos/));
  await writeFile(join(`${output}.part`, 'journal.jsonl'), 'x\n');
  await assert.rejects(again({}), posterError('run.busy', /cannot be read/));
  const lock = await takeLock(`${output}.lock`, { what: output, remedy: 'wait' });
  await assert.rejects(again({}), posterError('run.busy', /Expected .*output to be free, but process \d+/));
  await lock.release();
});

test('what cannot be aligned is told, and leaves nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'photos');
  await writeImages(root, ['a/1.png', 'b/2.png']);
  await writeFiles(folder, { 'taken/file': 'mine', 'a-file': 'mine' });
  await mkdir(join(folder, 'none'));
  const align = (more: Partial<AlignDataOptions>) =>
    alignData({ root, output: join(folder, 'output'), workers: 1, ...more });
  await assert.rejects(align({}), posterError('data.layout', /at least one of the 2 photos/));
  await assert.rejects(align({ root: join(folder, 'none') }), posterError('data.layout', /found none/));
  await assert.rejects(align({ root: join(folder, 'gone') }), posterError('file.missing'));
  await assert.rejects(align({ type: 'CAER-S' }), posterError('data.layout'));
  await assert.rejects(
    align({ output: join(folder, 'taken') }),
    posterError('file.unwritable', /exists already/),
  );
  await assert.rejects(
    align({ output: join(root, 'in') }),
    posterError('file.unwritable', /outside of the data/),
  );
  await assert.rejects(align({ output: join(folder, 'a-file/x') }), posterError('file.unwritable'));
  await assert.rejects(
    align({ cropSize: 8 }),
    posterError('option.invalid', /16 to 2048 whole pixels, got 8/),
  );
  await assert.rejects(align({ detector: join(folder, 'no.onnx') }), posterError('file.missing'));
  assert.deepEqual((await readdir(folder)).sort(), ['a-file', 'none', 'photos', 'taken']);
});

test('a folder without photos is an error that counts what is there; other files are counted, too', async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, { 'photos/a.HEIC': '', 'photos/b.heic': '', 'photos/notes.txt': '' });
  const photos = join(root, 'photos');
  await assert.rejects(
    listPhotos({ root: photos }),
    posterError(
      'data.layout',
      /Expected photos in .*, found only 2 × \.heic, which is not read: convert it to JPEG .*; 1 × \.txt/,
    ),
  );
  await writeImages(root, ['photos/c.jfif']);
  const source = await listPhotos({ root: photos });
  assert.deepEqual(
    source.dropped.map(({ split, reason, count }) => [split, reason, count]),
    [
      ['all', '.heic, which is not read: convert it to JPEG', 2],
      ['all', '.txt, no image', 1],
    ],
  );
});
