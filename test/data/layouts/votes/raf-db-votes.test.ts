import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareData } from '../../../../src/data/make/prepare/prepare-data.js';
import { openDataset } from '../../../../src/data/open-dataset.js';
import { posterError, temporaryFolder, writeFiles, writeImages } from '../../support.js';

const names = ['train', 'test'].flatMap((split) =>
  Array.from({ length: 7 }, (_, i) => `${split}_${String(i + 1).padStart(5, '0')}`),
);

/** Label i is most likely, the class before it, in the order of RAF-DB's labels, takes a quarter. */
function line(name: string): string {
  const label = Number(name.at(-1)) - 1;
  const shares = Array.from({ length: 7 }, (_, i) => (i === label ? 0.75 : i === (label + 6) % 7 ? 0.25 : 0));
  return `${name}.jpg ${shares.join(' ')}`;
}

async function writeRafDb(root: string, distributions: string, place = 'EmoLabel/'): Promise<void> {
  await writeFiles(root, {
    'EmoLabel/list_patition_label.txt': names.map((name) => `${name}.jpg ${name.at(-1)}`).join('\n'),
    [`${place}distribution_basic.txt`]: distributions,
  });
  await writeImages(
    root,
    names.map((name) => `Image/aligned/${name}_aligned.jpg`),
  );
}

const options = { type: 'RAF-DB', split: 'train', targets: 'votes' } as const;

test('RAF-DB with its distributions, as distributed, in class folders and prepared', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'raf');
  await writeRafDb(root, names.map(line).join('\r\n'));
  const { samples, classes, layout } = await openDataset({ root, ...options });
  assert.equal(layout, 'RAF-DB as distributed');
  assert.equal(samples.length, 7);
  const happy = samples[3]!;
  assert.equal(classes[happy.label], 'happiness');
  assert.deepEqual(happy.distribution, [0, 0, 0.25, 0.75, 0, 0, 0]); // a quarter disgust
  const labels = ['anger', 'disgust', 'fear', 'happy', 'neutral', 'sad', 'surprise'];
  const turned = await openDataset({ root, ...options, labels });
  assert.deepEqual(turned.samples[3]!.distribution, [0, 0.25, 0, 0.75, 0, 0, 0]);
  assert.deepEqual(Object.keys((await openDataset({ root, type: 'RAF-DB' })).samples[0]!), ['path', 'label']);

  const output = join(folder, 'output');
  await prepareData({ root, type: 'RAF-DB', output });
  const prepared = await openDataset({ root: output, ...options });
  assert.equal(prepared.layout, 'class folders');
  const spread = (dataset: typeof prepared) => dataset.samples.map(({ distribution }) => distribution);
  assert.deepEqual(
    spread(prepared),
    samples.map(({ distribution }) => distribution),
  );
  const named = join(root, 'EmoLabel/distribution_basic.txt');
  assert.deepEqual(spread(await openDataset({ root: output, ...options, votes: named })), spread(prepared));
});

test('lines of RAF-DB distributions that are at fault are told, images without one left out', async (t) => {
  const root = await temporaryFolder(t);
  await writeRafDb(root, names.slice(1).map(line).join('\n'), '');
  const { samples, notes } = await openDataset({ root, ...options, allowEmpty: true });
  assert.equal(samples.length, 6);
  assert.match(notes.join(), /train split without votes are left out: 1, .*train_00001_aligned\.jpg first/);
  const rejects = async (second: string, pattern: RegExp) => {
    await writeFiles(root, { 'distribution_basic.txt': `${line(names[0]!)}\n${second}\n` });
    await assert.rejects(openDataset({ root, ...options }), posterError('data.layout', pattern));
  };
  for (const bad of [
    'train_00002.jpg 0 0 0 1 0 0',
    'train_00002.jpg 0 0 0 1 0 0 0 0',
    'train_00002.jpg 0 0 0 0 0 0 0',
    'train_00002.jpg 0 0 0 -1 2 0 0',
    'train_00002.jpg 0 0 0 x 0 0 1',
    'happy 0 0 0 1 0 0 0',
  ])
    await rejects(bad, new RegExp(`line 2 is "${bad}"`));
  await rejects(line(names[0]!), /each image once, in .*line 2 is/);
  await writeFiles(root, { 'distribution_basic.txt': 'train_99999.jpg 0 0 0 1 0 0 0' });
  await assert.rejects(
    openDataset({ root, ...options }),
    posterError(
      'data.layout',
      /train_00001_aligned\.jpg, …\), but no row of .*distribution_basic\.txt is for/,
    ),
  );
});
