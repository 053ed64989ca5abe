import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTrainingData } from '../../../src/train/batches/training-data.js';
import { checkConfig, resolveConfig } from '../../../src/train/config/config.js';
import { newFolder } from '../support.js';

const header = 'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';

/** FERPlus: of each class four training and two validation faces with a majority, and in both parts five without. */
async function writeFerPlus(): Promise<string> {
  const root = await newFolder();
  const rows: string[] = [];
  const add = async (usage: string, votes: number[]) => {
    const name = `fer${String(rows.length).padStart(7, '0')}.png`;
    rows.push([usage, name, ...votes].join());
    await writeFile(join(root, name), '');
  };
  for (const [usage, count] of [
    ['Training', 4],
    ['PublicTest', 2],
  ] as const) {
    for (let i = 0; i < count * 8; i++)
      await add(
        usage,
        Array.from({ length: 10 }, (_, k) => (k === i % 8 ? 7 : k === (i + 3) % 8 ? 3 : 0)),
      );
    for (let i = 0; i < 5; i++) await add(usage, [5, 0, 0, 0, 0, 0, 5, 0, 0, 0]);
  }
  await writeFile(join(root, 'fer2013new.csv'), [header, ...rows].join('\n'));
  return root;
}

const pathsOf = (samples: readonly { path: string }[]) => samples.map(({ path }) => path);

test('votes are targets of the training set alone, which takes in faces without a majority', async () => {
  const data = await writeFerPlus();
  const votes = await openTrainingData(resolveConfig('FERPlus', { data, targets: 'votes' }));
  assert.equal(votes.train.length, 37);
  for (const { distribution } of votes.train) assert.equal(distribution!.length, 8);
  assert.deepEqual(votes.train.at(-1)!.distribution, [0.5, 0, 0, 0, 0, 0, 0.5, 0]);
  assert.deepEqual(votes.counts, [9, 4, 4, 4, 4, 4, 4, 4]);
  const labels = await openTrainingData(resolveConfig('FERPlus', { data }));
  assert.equal(labels.train.length, 32);
  for (const sample of [...labels.train, ...labels.valid.samples, ...votes.valid.samples])
    assert.deepEqual(Object.keys(sample), ['path', 'label']);
  assert.deepEqual(votes.valid, labels.valid);
  assert.equal(votes.valid.samples.length, 16);
});

test('held out are the same faces with a majority, whatever the targets', async () => {
  const data = await writeFerPlus();
  const open = (targets: 'labels' | 'votes') =>
    openTrainingData(resolveConfig('FERPlus', { data, targets, valSplit: 0.25, seed: 3 }));
  const votes = await open('votes');
  const labels = await open('labels');
  assert.deepEqual(votes.valid, labels.valid);
  assert.equal(votes.valid.samples.length, 8);
  assert.equal(labels.train.length, 24);
  assert.equal(votes.train.length, 29);
  const trained = new Set(pathsOf(votes.train));
  for (const path of pathsOf(labels.train)) assert.ok(trained.has(path));
  for (const path of pathsOf(votes.valid.samples)) assert.ok(!trained.has(path));
});

test('the configuration of a checkpoint from before there were targets means labels', () => {
  const { targets, ...older } = resolveConfig('RAF-DB', { data: '/data' });
  assert.equal(targets, 'labels');
  assert.equal(checkConfig(older).targets, 'labels');
  assert.throws(
    () => resolveConfig('RAF-DB', { data: '/data', targets: 'soft' as never }),
    /Expected targets \(--targets\) to be labels or votes, got "soft"\./,
  );
});
