import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../../src/data/open-dataset.js';
import { fixture } from '../../support/fixtures.js';
import { labelsByPath, posterError, temporaryFolder, writeFiles, writeImages } from '../support.js';

/** An annotation file as AffectNet has them: a NumPy scalar of text. */
function annotation(expression: number): Uint8Array {
  const name = expression > 9 ? 'text-10.npy' : 'text.npy';
  const bytes = new Uint8Array(readFileSync(fixture(`data/npy/${name}`)));
  if (expression <= 9) bytes[bytes.length - 4] = 48 + expression;
  return bytes;
}

async function writeAffectNet(root: string, folder: string, expressions: readonly number[]): Promise<void> {
  await writeImages(
    root,
    expressions.map((_, i) => `${folder}/images/${i}.jpg`),
  );
  for (const [i, expression] of expressions.entries())
    await writeFiles(root, { [`${folder}/annotations/${i}_exp.npy`]: annotation(expression) });
}

const everything = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9];

test('AffectNet with annotation files, seven and eight classes', async (t) => {
  const root = await temporaryFolder(t);
  await writeAffectNet(root, 'train_set', everything);
  await writeAffectNet(root, 'val_set', [7, 6, 5, 4, 3, 2, 1, 0]);
  const eight = await openDataset({ root, type: 'AffectNet-8', split: 'train' });
  assert.deepEqual(
    labelsByPath(root, eight.samples),
    [0, 1, 2, 3, 4, 5, 6, 7].map((label) => [`train_set/images/${label}.jpg`, label]),
  );
  assert.deepEqual(
    eight.dropped.map(({ reason, count }) => [reason, count]),
    [
      ['annotated as no face', 1],
      ['annotated as uncertain', 2],
      ['annotated as none of the eight expressions', 1],
    ],
  );
  const seven = await openDataset({ root, type: 'AffectNet-7', split: 'valid' });
  assert.deepEqual(
    seven.samples.map(({ label }) => label),
    [6, 5, 4, 3, 2, 1, 0],
  );
  assert.equal(seven.dropped[0]!.reason, 'contempt is not among the classes');
  assert.equal((await openDataset({ root, type: 'AffectNet-8' })).split, 'valid');
});

test('damaged and missing annotations', async (t) => {
  const root = await temporaryFolder(t);
  await writeAffectNet(root, 'val_set', [...everything, 3]);
  await rm(join(root, 'val_set/annotations/12_exp.npy'));
  const { dropped } = await openDataset({ root, type: 'AffectNet-8' });
  assert.ok(dropped.some(({ reason, count }) => reason === 'no annotation file' && count === 1));
  for (const [content, got] of [
    ['nonsense', /2_exp\.npy, got no NumPy value/],
    [readFileSync(fixture('data/npy/bad-object.npy')), /2_exp\.npy, got no NumPy value/],
    [Buffer.alloc(100_000), /no NumPy value/],
  ] as const) {
    await writeFiles(root, { 'val_set/annotations/2_exp.npy': content });
    await assert.rejects(openDataset({ root, type: 'AffectNet-8' }), posterError('data.layout', got));
  }
  await rm(join(root, 'val_set/annotations'), { recursive: true });
  await assert.rejects(
    openDataset({ root, type: 'AffectNet-8' }),
    posterError('data.layout', /folder .*annotations of AffectNet; unpack/),
  );
});

const header =
  'subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal';
const row = (path: string, expression: number | string) => `${path},1,2,3,4,1.0;2.0,${expression},-0.1,0.2`;

test('AffectNet with CSV lists, with or without the header', async (t) => {
  for (const [lists, images] of [
    ['', 'Manually_Annotated_Images'],
    ['Manually_Annotated_file_lists/', 'Manually_Annotated/Manually_Annotated_Images'],
  ]) {
    const root = await temporaryFolder(t);
    const rows = everything.map((expression, i) => row(`${i % 3}/${i}.jpg`, expression));
    await writeFiles(root, {
      [`${lists}training.csv`]: [header, ...rows].join('\n'),
      [`${lists}validation.csv`]: rows.slice(0, 9).join('\r\n'),
    });
    await writeImages(
      root,
      everything.map((_, i) => `${images}/${i % 3}/${i}.jpg`),
    );
    const train = await openDataset({ root, type: 'AffectNet-8', split: 'train' });
    assert.equal(train.layout, 'AffectNet as distributed (CSV lists)');
    assert.equal(train.samples.length, 8);
    for (const { path, label } of train.samples)
      assert.equal(path, join(root, images!, `${label % 3}/${label}.jpg`));
    const valid = await openDataset({ root, type: 'AffectNet-7', split: 'test' });
    assert.equal(valid.samples.length, 7);
    assert.deepEqual(
      valid.dropped.map(({ count }) => count),
      [1, 1],
    );
  }
});

test('wrong CSV lists are told by file and line', async (t) => {
  const root = await temporaryFolder(t);
  const rejects = async (lines: string[], ...patterns: RegExp[]) => {
    await writeFiles(root, { 'training.csv': lines.join('\n') });
    await assert.rejects(
      openDataset({ root, type: 'AffectNet-8', split: 'train' }),
      posterError('data.layout', ...patterns),
    );
  };
  await rejects(
    [header, row('0/0.jpg', 0), row('0/1.jpg', 'happy')],
    /0 to 10.*training\.csv, line 3, got "happy"/,
  );
  await rejects([header, row('0/1.jpg', 11)], /line 2, got "11"/);
  await rejects([header, row('../../etc/passwd', 1)], /line 2, got "\.\.\/\.\.\/etc/);
  await rejects([header, ',,,'], /line 2/);
  await rejects([header, row('"0/1.jpg', 1)], /comma-separated rows.*training\.csv/);
  await rejects(
    [header, ...[0, 1, 2].map((i) => row(`0/${i}.jpg`, i))],
    /0\/0\.jpg" and the others tried are not there/,
  );
  await rejects([`${header}${'x'.repeat(2_000_000)}`], /comma-separated rows/);
});

test('the classes of CAER-S are its folders in alphabetical order', async (t) => {
  const root = await temporaryFolder(t);
  const folders = ['Anger', 'Disgust', 'Fear', 'Happy', 'Neutral', 'Sad', 'Surprise'];
  await writeImages(
    root,
    folders.flatMap((name) => [`train/${name}/0001.png`, `test/${name}/0001.png`]),
  );
  const { samples, classes } = await openDataset({ root, type: 'CAER-S', split: 'train' });
  assert.deepEqual(
    labelsByPath(root, samples),
    folders.map((name, label) => [`train/${name}/0001.png`, label]),
  );
  assert.equal(classes[3], 'happiness');
  assert.equal((await openDataset({ root, type: 'CAER-S' })).split, 'test');
});
