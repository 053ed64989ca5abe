import assert from 'node:assert/strict';
import { mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../../src/data/open-dataset.js';
import { labelsByPath, posterError, temporaryFolder, writeFiles, writeImages } from '../support.js';

test('sorted folders are the classes, as torchvision numbers them, under their usual names', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, [
    'train/sad/b.png',
    'train/sad/a.JPG',
    'train/sad/deep/er/c.webp',
    'train/sad/deep-z/d.bmp',
    'train/Angry/e.jpeg',
    'train/happy/f.tif',
    'train/.hidden/g.png',
    'train/happy/.h.png',
    'train/happy/notes.txt',
  ]);
  const dataset = await openDataset({ root, type: 'folder', split: 'train' });
  assert.deepEqual(dataset.classes, ['anger', 'happiness', 'sadness']);
  assert.deepEqual(labelsByPath(root, dataset.samples), [
    ['train/Angry/e.jpeg', 0],
    ['train/happy/f.tif', 1],
    ['train/sad/a.JPG', 2],
    ['train/sad/b.png', 2],
    ['train/sad/deep-z/d.bmp', 2],
    ['train/sad/deep/er/c.webp', 2],
  ]);
  assert.deepEqual(dataset.dropped, [
    { reason: '.txt, no image', count: 1, example: join(root, 'train/happy/notes.txt') },
  ]);
  assert.equal(dataset.name, 'folder');
  assert.equal(dataset.layout, 'class folders');
});

test('folders that name no expression, or two the same, keep their names', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['valid/happy/a.png', 'valid/happiness/b.png', 'valid/bored/c.png']);
  const { classes } = await openDataset({ root, type: 'folder' });
  assert.deepEqual(classes, ['bored', 'happiness', 'happy']);
});

test('RAF-DB folders may be numbers or names; either way labels have the RAF-DB order', async (t) => {
  const root = await temporaryFolder(t);
  const names = ['Surprised', 'fear', 'disgust', 'happy', 'sad', 'Angry', 'neutral'];
  await writeImages(root, [
    ...names.map((name) => `train/${name}/a.png`),
    ...names.map((name) => `valid/${name}/a.png`),
  ]);
  const named = await openDataset({ root, type: 'RAF-DB', split: 'train' });
  assert.deepEqual(
    named.samples.map(({ path, label }) => [path.split('/').at(-2), label]).sort(),
    names.map((name, label) => [name, label]).sort(),
  );
  for (const first of [0, 1]) {
    const numbered = await temporaryFolder(t);
    await writeImages(
      numbered,
      names.map((_, i) => `test/${i + first}/a.png`),
    );
    const { samples, classes, split } = await openDataset({ root: numbered, type: 'RAF-DB', split: 'valid' });
    assert.equal(classes[0], 'surprise');
    assert.equal(split, 'test');
    assert.deepEqual(
      samples.map(({ label }) => label),
      [0, 1, 2, 3, 4, 5, 6],
    );
  }
});

test('AffectNet-7 leaves contempt out and counts it, by name and by number', async (t) => {
  const names = ['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger', 'contempt'];
  for (const folder of [(i: number) => String(i), (i: number) => names[i]!]) {
    const root = await temporaryFolder(t);
    await writeImages(
      root,
      names.map((_, i) => `val/${folder(i)}/a.png`),
    );
    const seven = await openDataset({ root, type: 'AffectNet-7' });
    assert.equal(seven.samples.length, 7);
    assert.deepEqual(
      seven.dropped.map(({ reason, count }) => [reason, count]),
      [['contempt is not among the classes', 1]],
    );
    assert.match(seven.notes[0]!, /val is read as the valid split.*valid\//);
    const eight = await openDataset({ root, type: 'AffectNet-8', split: 'test' });
    assert.equal(eight.samples.length, 8);
  }
});

test('--labels set the order: by name, else by place', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['train/anger/a.png', 'train/happy/a.png', 'train/sad/a.png']);
  const open = (labels: string[]) => openDataset({ root, type: 'folder', split: 'train', labels });
  const byName = await open(['sadness', 'happiness', 'anger']);
  assert.deepEqual(
    byName.samples.map(({ label }) => label),
    [2, 1, 0],
  );
  const byPlace = await open(['x', 'y', 'z']);
  assert.deepEqual(byPlace.classes, ['x', 'y', 'z']);
  assert.deepEqual(
    byPlace.samples.map(({ label }) => label),
    [0, 1, 2],
  );
  await assert.rejects(
    open(['anger', 'happy', 'x']),
    posterError('data.layout', /anger, happy, x.*"sad".*--labels/),
  );
  await assert.rejects(open(['anger']), posterError('option.invalid', /--labels/));
});

test('numbered folders may themselves be the labels', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['train/1/a.png', 'train/2/a.png', 'train/10/a.png']);
  const plain = await openDataset({ root, type: 'folder', split: 'train' });
  assert.deepEqual(plain.classes, ['1', '10', '2']);
  const labelled = await openDataset({ root, type: 'folder', split: 'train', labels: ['1', '2', '10'] });
  assert.deepEqual(
    labelled.samples.map(({ label }) => label),
    [0, 2, 1],
  );
});

test('linked folders and images are followed, but not in circles', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['store/a.png', 'train/happy/own.png']);
  await mkdir(join(root, 'train/sad'));
  await symlink(join(root, 'store/a.png'), join(root, 'train/sad/linked.png'));
  await symlink(join(root, 'store'), join(root, 'train/happy/more'));
  await symlink(join(root, 'train/happy'), join(root, 'store/back'));
  const { samples } = await openDataset({ root, type: 'folder', split: 'train' });
  assert.deepEqual(
    samples.map(({ path }) => path.slice(root.length + 1)),
    ['train/happy/own.png', 'train/happy/more/a.png', 'train/sad/linked.png'],
  );
});

test('data without train and valid folders are undivided', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['anger/a.png', 'happy/a.png']);
  for (const split of [undefined, 'all'] as const) {
    const dataset = await openDataset({ root, type: 'folder', split });
    assert.equal(dataset.split, 'all');
    assert.equal(dataset.samples.length, 2);
  }
  await assert.rejects(
    openDataset({ root, type: 'folder', split: 'train' }),
    posterError('option.invalid', /train split.*not divided.*"all"/),
  );
});

test('layout faults are told with the fix', async (t) => {
  const root = await temporaryFolder(t);
  const rejects = async (paths: string[], type: 'folder' | 'CAER-S' | 'RAF-DB', ...patterns: RegExp[]) => {
    const folder = await temporaryFolder(t);
    await writeImages(folder, paths);
    await assert.rejects(
      openDataset({ root: folder, type, split: 'train' }),
      posterError('data.layout', ...patterns),
    );
  };
  await rejects([], 'folder', /class folders under train\/ and valid\/.*an empty folder/);
  await rejects(['a.png', 'x.txt'], 'CAER-S', /CAER-S.*Found a\.png, x\.txt/);
  await rejects(['train/a.png'], 'RAF-DB', /1 images without one.*list_patition_label\.txt/);
  await rejects(['train/happy/a.png'], 'folder', /at least two classes.*"happiness"/);
  await rejects(['train/happy/a.png', 'train/sad/x.txt'], 'folder', /sadness has none/);
  await rejects(['train/happy/a.png', 'train/sad/a.png', 'valid/anger/a.png'], 'folder', /anger has none/);
  await rejects(['train/Happy/a.png', 'train/Sleepy/b.png'], 'CAER-S', /"Sleepy"/);
  await rejects(['train/Happy/a.png', 'train/Joy/b.png'], 'CAER-S', /"Happy" and "Joy" are both happiness/);
  await rejects(['train/8/a.png', 'train/1/a.png'], 'RAF-DB', /"8"/);
  await rejects(['train/happy/x.txt', 'train/sad/x.txt'], 'folder', /Expected images.*found none/);

  await assert.rejects(
    openDataset({ root: join(root, 'none'), type: 'folder' }),
    posterError('file.missing', /none, but nothing is there/),
  );
  await writeFiles(root, { 'file.zip': 'PK', 'only/train/x/y': '' });
  await assert.rejects(
    openDataset({ root: join(root, 'file.zip'), type: 'RAF-DB' }),
    posterError('data.layout', /got the file .*unpack it/),
  );
});

test('an empty class is accepted when asked', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['train/happy/a.png', 'train/sad/x.txt']);
  const { classes, samples } = await openDataset({ root, type: 'folder', split: 'train', allowEmpty: true });
  assert.equal(classes.length, 2);
  assert.equal(samples.length, 1);
});

test('a split that is not there is named with those that are', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['train/happy/a.png', 'train/sad/a.png']);
  await assert.rejects(
    openDataset({ root, type: 'folder', split: 'valid' }),
    posterError('option.invalid', /valid split in .*got train/),
  );
  await assert.rejects(
    openDataset({ root, type: 'folder', split: 'all' }),
    posterError('option.invalid', /undivided.*train/),
  );
});

test('opening stops when it is cancelled', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['train/happy/a.png', 'train/sad/a.png']);
  await assert.rejects(
    openDataset({ root, type: 'folder', split: 'train', signal: AbortSignal.abort() }),
    posterError('aborted'),
  );
});

test('class folders of other endings are read; what is none is counted by its ending, __MACOSX passed over', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['valid/happy/a.jfif', 'valid/happy/b.JPE', 'valid/sad/c.gif', 'valid/sad/d.PPM']);
  await writeFiles(root, {
    'valid/sad/e.HEIC': '',
    'valid/sad/f.heic': '',
    'valid/sad/notes': '',
    '__MACOSX/happy/._a.jfif': '',
    'valid/__MACOSX/._b.JPE': '',
    'valid/sad/Thumbs.db': '',
  });
  const { samples, dropped } = await openDataset({ root, type: 'folder' });
  assert.equal(samples.length, 4);
  assert.deepEqual(
    dropped.map(({ reason, count }) => [reason, count]),
    [
      ['.heic, which is not read: convert it to JPEG', 2],
      ['a name without an ending, no image', 1],
    ],
  );
});

test('undivided class folders beside __MACOSX', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['happy/a.png', 'sad/b.png']);
  await writeFiles(root, { '__MACOSX/happy/._a.png': '' });
  const { classes } = await openDataset({ root, type: 'folder' });
  assert.deepEqual(classes, ['happiness', 'sadness']);
});

test('data without a single image count what lies there instead', async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, { 'valid/happy/a.heic': '', 'valid/happy/b.heic': '', 'valid/sad/c.txt': '' });
  await assert.rejects(
    openDataset({ root, type: 'folder' }),
    posterError(
      'data.layout',
      /found none \(left out: 2 × \.heic, which is not read: convert it to JPEG \(such as .*a\.heic\); 1 × \.txt, no image/,
    ),
  );
  await writeImages(root, ['valid/happy/c.png']);
  await assert.rejects(
    openDataset({ root, type: 'folder' }),
    posterError('data.layout', /sadness has none \(left out: 2 × \.heic/),
  );
  await writeFiles(root, { 'flat/valid/a.heic': '' });
  await assert.rejects(
    openDataset({ root: join(root, 'flat'), type: 'folder' }),
    posterError('data.layout', /Expected a folder per class in .*valid, but it holds only 1 × \.heic/),
  );
});

test('a class folder whose name is not UTF-8 is one sentence', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, ['valid/sad/a.png', 'valid/other/b.png']);
  await rename(join(root, 'valid', 'other'), Buffer.from(`${root}/valid/\xb8\xdf`, 'latin1'));
  await assert.rejects(
    openDataset({ root, type: 'folder' }),
    posterError(
      'file.missing',
      /^Could not list .*valid.*: its name is not UTF-8, .*; rename it, .* with "convmv /,
    ),
  );
});
