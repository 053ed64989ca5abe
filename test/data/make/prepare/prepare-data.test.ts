import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, readFile, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import type { DataType } from '../../../../src/data/labels.js';
import { prepareData } from '../../../../src/data/make/prepare/prepare-data.js';
import { openDataset } from '../../../../src/data/open-dataset.js';
import { ferName, posterError, temporaryFolder, votesFile, writeFiles, writeImages } from '../../support.js';

const numbers = [1, 2, 3, 4, 5, 6, 7];

async function writeRafDb(root: string): Promise<void> {
  const names = [...numbers.map((n) => `train_0000${n}`), ...numbers.map((n) => `test_000${n}`)];
  const lines = names.map((name) => `${name}.jpg ${8 - Number(name.at(-1))}`);
  await writeFiles(root, { 'EmoLabel/list_patition_label.txt': lines.join('\n') });
  await writeImages(
    root,
    names.map((name) => `Image/aligned/${name}_aligned.jpg`),
  );
}

/** Labels by real path, whatever the tree they are seen through. */
async function truth(root: string, type: DataType, split: 'train' | 'valid' | 'test') {
  const { samples, classes } = await openDataset({ root, type, split });
  const pairs = await Promise.all(samples.map(async ({ path, label }) => [await realpath(path), label]));
  return { classes, labels: new Map(pairs as [string, number][]) };
}

test('prepared data open to the same labels, as their own type and as plain folders', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'raf');
  const output = join(folder, 'new/prepared');
  await writeRafDb(root);
  const progress: [number, number][] = [];
  const data = await prepareData({
    root,
    type: 'RAF-DB',
    output,
    onProgress: (...step) => progress.push(step),
  });
  assert.deepEqual(progress.at(-1), [14, 14]);
  assert.deepEqual(
    data.splits.map(({ split, folder: name, images }) => [split, name, images]),
    [
      ['train', 'train', 7],
      ['test', 'valid', 7],
    ],
  );
  assert.deepEqual((await readdir(output)).sort(), ['README.md', 'labels.json', 'train', 'valid']);
  for (const split of ['train', 'valid'] as const) {
    const original = await truth(root, 'RAF-DB', split);
    assert.deepEqual(await truth(output, 'RAF-DB', split), original);
    assert.deepEqual(await truth(output, 'folder', split), original);
    await rm(join(output, 'labels.json'), { force: true });
    assert.deepEqual(await truth(output, 'folder', split), original);
  }
  const link = join(output, 'train/6_neutral/train_00001_aligned.jpg');
  assert.equal(await readlink(link), join(root, 'Image/aligned/train_00001_aligned.jpg'));
  assert.match(
    await readFile(join(output, 'README.md'), 'utf8'),
    /\| 0 \| surprise \| 0_surprise \| 1 \| 1 \|/,
  );
});

test('images are linked, copied or hard-linked', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'raf');
  await writeRafDb(root);
  const original = await lstat(join(root, 'Image/aligned/train_00001_aligned.jpg'));
  for (const mode of ['link', 'copy', 'hardlink'] as const) {
    const output = join(folder, mode);
    await prepareData({ root, type: 'RAF-DB', output, mode });
    const placed = await lstat(join(output, 'train/6_neutral/train_00001_aligned.jpg'));
    assert.equal(placed.isSymbolicLink(), mode === 'link');
    assert.equal(placed.ino === original.ino, mode === 'hardlink');
  }
});

test('the evaluation split of AffectNet-8 goes where the official program looks for it', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'data');
  await writeImages(
    root,
    Array.from({ length: 8 }, (_, label) => `val/${label}/${label}.png`),
  );
  await prepareData({ root, type: 'AffectNet-8', output: join(folder, 'eight') });
  assert.ok((await readdir(join(folder, 'eight'))).includes('test'));
  await prepareData({ root, type: 'AffectNet-7', output: join(folder, 'seven') });
  assert.deepEqual(
    await truth(join(folder, 'seven'), 'AffectNet-7', 'valid'),
    await truth(root, 'AffectNet-7', 'valid'),
  );
});

test('names that collide are kept apart, and classes of any name come back', async (t) => {
  const folder = await temporaryFolder(t);
  await writeImages(folder, ['a/face.png', 'b/face.png', 'c/FACE.png', 'd/face.png']);
  const labels = ['très/content', '??'];
  await writeFiles(folder, { 'list.csv': 'a/face.png,0\nb/face.png,0\nc/FACE.png,0\nd/face.png,1' });
  const output = join(folder, 'output');
  const data = await prepareData({ root: join(folder, 'list.csv'), type: 'list', labels, output });
  assert.deepEqual(data.folders, ['0_très-content', '1_-']);
  assert.deepEqual((await readdir(join(output, '0_très-content'))).sort(), [
    'FACE~3.png',
    'face.png',
    'face~2.png',
  ]);
  const { classes, samples } = await openDataset({ root: output, type: 'folder' });
  assert.deepEqual(classes, labels);
  assert.deepEqual(
    samples.map(({ label }) => label),
    [0, 0, 0, 1],
  );
});

test('missing images are left out and counted, or fatal', async (t) => {
  const folder = await temporaryFolder(t);
  await writeImages(folder, ['a.png', 'b.png']);
  await writeFiles(folder, { 'list.csv': 'a.png,x\nb.png,y\ngone.png,x' });
  for (const mode of ['link', 'copy', 'hardlink'] as const) {
    const options = { root: join(folder, 'list.csv'), type: 'list', mode } as const;
    const { splits } = await prepareData({ ...options, output: join(folder, mode) });
    assert.deepEqual(splits[0]!.dropped, [{ reason: 'file missing', count: 1, example: 'gone.png' }]);
    await assert.rejects(
      prepareData({ ...options, output: join(folder, 'strict'), strict: true }),
      posterError('data.layout', /1 are missing, gone\.png first.*--strict/),
    );
  }
  await writeFiles(folder, { 'list.csv': 'a.png,x\ngone.png,y' });
  await assert.rejects(
    prepareData({ root: join(folder, 'list.csv'), type: 'list', output: join(folder, 'half') }),
    posterError('data.layout', /y has none/),
  );
  assert.deepEqual((await readdir(folder)).sort(), [
    'a.png',
    'b.png',
    'copy',
    'hardlink',
    'link',
    'list.csv',
  ]);
});

test('nothing is overwritten and nothing half is left', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'raf');
  await writeRafDb(root);
  const prepare = (output: string, signal?: AbortSignal) =>
    prepareData({ root, type: 'RAF-DB', output, signal });
  await writeFiles(folder, { 'taken/file.txt': 'mine', 'file.txt': 'mine' });
  for (const name of ['taken', 'file.txt', 'raf'])
    await assert.rejects(
      prepare(join(folder, name)),
      posterError('file.unwritable', /exists already.*--output/),
    );
  await assert.rejects(prepare(join(root, 'inside')), posterError('file.unwritable', /outside of the data/));
  await symlink(root, join(folder, 'link'));
  await assert.rejects(
    prepare(join(folder, 'link', 'inside')),
    posterError('file.unwritable', /outside of the data/),
  );
  await rm(join(folder, 'link'));
  await assert.rejects(prepare(join(folder, 'file.txt/x')), posterError('file.unwritable', /file\.txt/));
  await assert.rejects(prepare(join(folder, 'stopped'), AbortSignal.abort()), posterError('aborted'));
  const controller = new AbortController();
  await assert.rejects(
    prepareData({
      root,
      type: 'RAF-DB',
      output: join(folder, 'stopped'),
      signal: controller.signal,
      onProgress: (done) => done === 3 && controller.abort(),
    }),
    posterError('aborted'),
  );
  assert.deepEqual((await readdir(folder)).sort(), ['file.txt', 'raf', 'taken']);
  await mkdir(join(folder, 'empty'));
  await prepare(join(folder, 'empty'));
});

test('images of an extension that class folders do not take are named', async (t) => {
  const folder = await temporaryFolder(t);
  await writeImages(folder, ['a.png', 'b.heic']);
  await writeFiles(folder, { 'list.csv': 'a.png,x\nb.heic,y' });
  await assert.rejects(
    prepareData({ root: join(folder, 'list.csv'), type: 'list', output: join(folder, 'output') }),
    posterError('data.layout', /b\.heic; convert/),
  );
});

/** FER2013's CSV with faces of one grey level each. */
function ferCsv(usages: readonly string[], header = 'emotion,pixels,Usage'): string {
  const rows = usages.map((usage, i) => `0,${new Array(48 * 48).fill(i * 10).join(' ')},${usage}`);
  return [header, ...rows].join('\n');
}

const votes = [
  ...Array.from({ length: 8 }, (_, label) => ({ usage: 'Training', image: ferName(label), winner: label })),
  { usage: 'Training', image: '', winner: 9 },
  { usage: 'Training', image: ferName(9), winner: undefined },
];
const usages = votes.map(({ usage }) => usage);

test('FER2013 as CSV is written out as grey PNGs with FERPlus labels', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'fer');
  await writeFiles(root, {
    'fer2013.csv': ferCsv([...usages, 'PrivateTest']),
    'fer2013new.csv': votesFile(votes),
  });
  const output = join(folder, 'output');
  const { splits, images } = await prepareData({ root, type: 'FERPlus', output });
  assert.equal(images, 'written');
  assert.deepEqual(
    splits[0]!.perClass.map((entry) => entry.images),
    new Array(8).fill(1),
  );
  assert.deepEqual(
    splits[0]!.dropped.map(({ reason, count }) => [reason, count]),
    [
      ['no image named in the votes file (not a face)', 1],
      ['no majority', 1],
    ],
  );
  const { samples, classes } = await openDataset({ root: output, type: 'FERPlus', split: 'train' });
  assert.equal(classes[7], 'contempt');
  for (const { path, label } of samples) {
    const { width, height, channels } = await sharp(path).metadata();
    assert.deepEqual([width, height, channels], [48, 48, 1]);
    const data = await sharp(path).raw().toBuffer();
    assert.ok(data.every((level) => level === label * 10));
  }
});

test('a CSV that does not go with its votes is told by line', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'fer');
  const rejects = async (csv: string, pattern: RegExp) => {
    await writeFiles(root, { 'fer2013.csv': csv, 'fer2013new.csv': votesFile(votes) });
    await assert.rejects(
      prepareData({ root, type: 'FERPlus', output: join(folder, 'output') }),
      posterError('data.layout', pattern),
    );
    assert.deepEqual(await readdir(folder), ['fer']);
  };
  await rejects(ferCsv(usages, 'a,b,c'), /columns emotion,pixels,Usage in .*line 1, got "a,b,c"/);
  await rejects(ferCsv(['Training', 'PublicTest']), /line 3, got "PublicTest"/);
  await rejects(ferCsv(usages).replace('10 10', '10 256'), /2304 grey levels 0 to 255 in .*line 3/);
  await rejects(ferCsv(usages).replace('10 10 ', ''), /2304 grey levels/);
  await rejects(ferCsv(usages.slice(0, 5)), /disgust, fear, contempt have none/);
  await rm(join(root, 'fer2013new.csv'));
  await assert.rejects(
    prepareData({ root, type: 'FERPlus', output: join(folder, 'output') }),
    posterError('data.layout', /FERPlus votes beside .*fer2013\.csv.*--votes/),
  );
});
