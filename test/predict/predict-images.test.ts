import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse as parseCsv } from 'csv-parse/sync';
import { Poster } from '../../src/core/poster.js';
import { type FaceFinder, openFaceFinder } from '../../src/faces/open-face-finder.js';
import { listInputs } from '../../src/predict/list-inputs.js';
import { predictTo } from '../../src/predict/predict-files.js';
import { type PredictImagesOptions, predictImagesTo } from '../../src/predict/predict-images.js';
import { predictPhotosTo } from '../../src/predict/predict-photos.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';

let folder: string;
let images: string;
let poster: Poster;
let finder: FaceFinder;
const sources = {
  'a crop.jpg': 'images/aligned-100.jpg',
  'b crop.jpg': 'images/aligned-100.jpg',
  'c photo.jpg': 'faces/astronaut.jpg',
  'd broken.jpg': 'images/bad-text.jpg',
  'e crop.jpg': 'images/aligned-100.jpg',
  'f faceless photo.jpg': 'images/large-3000x2000.jpg',
};
const names = Object.keys(sources);

before(async () => {
  folder = await temporaryFolder();
  images = join(folder, 'images');
  await mkdir(images);
  for (const [name, source] of Object.entries(sources)) await copyFile(fixture(source), join(images, name));
  poster = await Poster.load(await writeNarrowCheckpoint(folder));
  finder = await openFaceFinder({ threads: 1 });
});
after(async () => {
  await poster.dispose();
  await finder.dispose();
});

/** What is written of all images, or of one as crops or photos are. */
async function written(options: Partial<PredictImagesOptions>, name = '', predict = predictImages) {
  let text = '';
  const write = async (line: string): Promise<void> => {
    text += line;
  };
  const sink = { write, close: async () => {} };
  const counts = await predict(listInputs([join(images, name)]), { format: 'jsonl', sink, ...options });
  return { text, lines: text.trimEnd().split(/\r?\n/), counts };
}

type Predict = (
  paths: Iterable<string> | AsyncIterable<string>,
  options: PredictImagesOptions,
) => Promise<object>;
const predictImages: Predict = (paths, options) => predictImagesTo(poster, finder, paths, options);
const predictCrops: Predict = (paths, options) => predictTo(poster, paths, options as never);
const predictPhotos: Predict = (paths, options) => predictPhotosTo(poster, finder, paths, options as never);

test('crops and photos of one folder are written in order, each as it is among its own kind', async () => {
  const seen: string[] = [];
  for (const batchSize of [2, 16]) {
    seen.length = 0;
    const onLooked = (path: string, kind: string) =>
      void seen.push(`${path.slice(images.length + 1)}: ${kind}`);
    const { lines, counts } = await written({ batchSize, onLooked });
    const [crop] = (await written({}, names[0], predictCrops)).lines;
    const [photo] = (await written({}, names[2], predictPhotos)).lines;
    assert.equal(lines[0], crop);
    assert.equal(lines[2], photo);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).path),
      names.map((name) => join(images, name)),
    );
    assert.match(JSON.parse(lines[3]!).error.message, /d broken\.jpg/);
    assert.deepEqual(JSON.parse(lines[5]!).faces, []);
    assert.deepEqual(counts, { recognised: 5, unreadable: 1, skipped: 0 });
  }
  assert.deepEqual(seen, [
    'a crop.jpg: crop',
    'b crop.jpg: crop',
    'c photo.jpg: photo',
    'e crop.jpg: crop',
    'f faceless photo.jpg: photo',
  ]);
});

test('every row of csv has the columns of photos; those of the face are empty for a crop', async () => {
  const options = { topK: 2, embedding: true, format: 'csv' } as const;
  const rows: Record<string, string>[] = parseCsv((await written(options)).text, { columns: true });
  const [crop]: Record<string, string>[] = parseCsv((await written(options, names[0], predictCrops)).text, {
    columns: true,
  });
  const [photo]: Record<string, string>[] = parseCsv((await written(options, names[2], predictPhotos)).text, {
    columns: true,
  });
  const nowhere = { face: '', x: '', y: '', width: '', height: '', score: '' };
  assert.deepEqual(rows[0], { ...nowhere, ...crop });
  assert.deepEqual(rows[2], photo);
  assert.deepEqual([rows[3]!.label, rows[3]!.face, rows[5]!.label, rows[5]!.error], ['', '', '', '']);
  assert.match(rows[3]!.error!, /d broken\.jpg/);
});

test('the table says of each line which it is, and a file that was begun is continued', async () => {
  const { lines } = await written({ format: 'table' });
  assert.match(lines[1]!, /b crop\.jpg, a face crop$/);
  assert.match(lines[2]!, /c photo\.jpg, \d+ x \d+ at \d+, \d+$/);
  assert.match(lines[4]!, /f faceless photo\.jpg: no face$/);
  const output = join(folder, 'all.csv');
  const whole = await written({ format: 'csv', output }).then(() => readFile(output, 'utf8'));
  await writeFile(output, whole.slice(0, whole.length * 0.6));
  await written({ format: 'csv', output, skipExisting: true });
  assert.equal(await readFile(output, 'utf8'), whole);
});

test('heat maps are written for crops and faces alike, and names that could meet are refused', async () => {
  const maps = join(folder, 'maps');
  await written({ explain: { folder: maps } });
  const of = (name: string) => [`${name}.json`, `${name}.png`];
  const expected = ['a crop', 'b crop', 'c photo-face-1', 'e crop'].flatMap(of);
  assert.deepEqual((await readdir(maps)).sort(), expected);
  await assert.rejects(written({ explain: { folder: maps } }, names[0]), { code: 'file.unwritable' });
  await assert.rejects(written({ explain: { folder: maps } }, names[2]), { code: 'file.unwritable' });
  for (const inputs of [
    ['x.jpg', 'x-face-1.jpg'],
    ['x-face-1.jpg', 'x.jpg'],
  ]) {
    await assert.rejects(
      predictImages(inputs, { format: 'jsonl', explain: { folder: join(folder, 'other') } }),
      /a face of x\.jpg and x-face-1\.jpg could both be written to .*x-face-1\.png; pass --faces or --crops/,
    );
  }
});
