import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDataset } from '../../../src/data/open-dataset.js';
import { labelsByPath, posterError, temporaryFolder, writeFiles, writeImages } from '../support.js';

const train = Array.from({ length: 7 }, (_, i) => `train_0000${i + 1}`);
const test7 = Array.from({ length: 7 }, (_, i) => `test_000${i + 1}`);

/** Label lines in another order than their names: image i has label 8 - i. */
const labelLines = [...test7, ...train]
  .map((name) => `${name}.jpg ${8 - Number(name.at(-1))}`)
  .reverse()
  .join('\n');

test('RAF-DB as distributed', async (t) => {
  for (const base of ['', 'basic/']) {
    const root = await temporaryFolder(t);
    await writeFiles(root, { [`${base}EmoLabel/list_patition_label.txt`]: `${labelLines}\n` });
    await writeImages(
      root,
      [...train, ...test7].map((name) => `${base}Image/aligned/${name}_aligned.jpg`),
    );
    const { samples, split, layout } = await openDataset({ root, type: 'RAF-DB', split: 'train' });
    assert.equal(split, 'train');
    assert.equal(layout, 'RAF-DB as distributed');
    assert.deepEqual(
      labelsByPath(root, samples),
      train.map((name, i) => [`${base}Image/aligned/${name}_aligned.jpg`, 6 - i]),
    );
    const evaluation = await openDataset({ root, type: 'RAF-DB' });
    assert.equal(evaluation.split, 'test');
    assert.equal(evaluation.samples.length, 7);
  }
});

test('the flat tree of the official program with the label file', async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, { 'list_patition_label.txt': labelLines.replaceAll('\n', '\r\n') });
  await writeImages(root, [
    ...train.map((name) => `train/${name}_aligned.jpg`),
    ...test7.map((name) => `valid/${name}_aligned.jpg`),
    'train/train_00001.jpg',
    'train/train_99999_aligned.jpg',
  ]);
  const { samples, dropped, layout } = await openDataset({ root, type: 'RAF-DB', split: 'train' });
  assert.equal(layout, 'RAF-DB flat tree with its label file');
  assert.deepEqual(
    labelsByPath(root, samples),
    train.map((name, i) => [`train/${name}_aligned.jpg`, 6 - i]),
  );
  assert.deepEqual(dropped, [
    { reason: 'not in the label file', count: 1, example: join(root, 'train/train_99999_aligned.jpg') },
  ]);
  const valid = await openDataset({ root, type: 'RAF-DB', split: 'valid' });
  assert.deepEqual(labelsByPath(root, valid.samples)[0], ['valid/test_0001_aligned.jpg', 6]);
  const labels = ['anger', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'];
  const relabelled = await openDataset({ root, type: 'RAF-DB', split: 'valid', labels });
  assert.equal(relabelled.samples[0]!.label, labels.indexOf('neutral'));
  await assert.rejects(
    openDataset({ root, type: 'RAF-DB', labels: ['a', 'fear'] }),
    posterError('data.layout', /surprise, disgust.* are not among "a, fear".*--labels/),
  );
});

test('class folders beside the label file are read as class folders', async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, { 'list_patition_label.txt': labelLines });
  await writeImages(
    root,
    [1, 2, 3, 4, 5, 6, 7].map((label) => `train/${label}/a.png`),
  );
  const { layout } = await openDataset({ root, type: 'RAF-DB', split: 'train' });
  assert.equal(layout, 'class folders');
});

test('a wrong label file is told by its line', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(
    root,
    train.map((name) => `Image/aligned/${name}_aligned.jpg`),
  );
  for (const bad of ['train_00002.jpg 8', 'train_00002.jpg 0', 'train_00002.jpg', 'happy 3', 'a/b.jpg 1']) {
    await writeFiles(root, { 'EmoLabel/list_patition_label.txt': `train_00001.jpg 5\n${bad}\n` });
    await assert.rejects(
      openDataset({ root, type: 'RAF-DB', split: 'train' }),
      posterError('data.layout', /list_patition_label\.txt; line 2 is/, new RegExp(`"${bad}"`)),
    );
  }
});

test('images that the label file lists must be there', async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, { 'EmoLabel/list_patition_label.txt': labelLines });
  await assert.rejects(
    openDataset({ root, type: 'RAF-DB' }),
    posterError('data.layout', /no such folder; unpack Image\/aligned\.zip/),
  );
  await writeImages(
    root,
    [...train, ...test7].map((name) => `Image/aligned/${name}_aligned.jpg`),
  );
  await rm(join(root, 'Image/aligned/test_0003_aligned.jpg'));
  await assert.rejects(
    openDataset({ root, type: 'RAF-DB' }),
    posterError('data.layout', /1 of 7 test images are missing, "test_0003" first; unpack/),
  );
  const { samples } = await openDataset({ root, type: 'RAF-DB', split: 'train' });
  assert.equal(samples.length, 7);
});

test('names are matched as they lie on disk, with _aligned or without', async (t) => {
  const forms = [
    (name: string, label: number) => `${name}_aligned.jpg ${label}`,
    (name: string, label: number) => `${name}.jpg ${label}`,
    (name: string, label: number) => `${name} ${label}`,
    (name: string, label: number) => `Image/aligned/${name}_aligned.jpg\t${label}`,
    (name: string, label: number) => `${name}_aligned.png,${label}`,
  ];
  for (const ending of ['_aligned.jpg', '.jpg', '_aligned.png'])
    for (const form of forms) {
      const root = await temporaryFolder(t);
      const lines = test7.map((name) => form(name, Number(name.at(-1))));
      await writeFiles(root, { 'EmoLabel/list_patition_label.txt': lines.join('\n') });
      await writeImages(
        root,
        test7.map((name) => `Image/aligned/${name}${ending}`),
      );
      const { samples, split } = await openDataset({ root, type: 'RAF-DB' });
      assert.equal(split, 'test');
      assert.deepEqual(
        labelsByPath(root, samples),
        test7.map((name, i) => [`Image/aligned/${name}${ending}`, i]),
      );
    }
});

test('a label file of other images is told as such', async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, { 'EmoLabel/list_patition_label.txt': labelLines });
  await writeImages(root, ['Image/aligned/test_9999_aligned.jpg', 'Image/aligned/x.jpg']);
  await assert.rejects(
    openDataset({ root, type: 'RAF-DB' }),
    posterError(
      'data.layout',
      /Expected the images that .*list_patition_label\.txt lists in .*aligned, but none of its names is there, "test_0001" first; found 2 images, "test_9999_aligned\.jpg" first/,
    ),
  );
});
