import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { targetVotes } from '../../../../src/data/layouts/votes/ferplus-targets.js';
import { majorityLabel } from '../../../../src/data/layouts/votes/ferplus-votes.js';
import { openDataset } from '../../../../src/data/open-dataset.js';
import { fixture } from '../../../support/fixtures.js';
import { ferName, posterError, temporaryFolder, writeFiles, writeImages } from '../../support.js';

test('the target takes the top classes that cover 75 % of the votes, at most three', () => {
  const cases: [votes: number[], expected: ReturnType<typeof targetVotes>][] = [
    [
      [10, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [10, 0, 0, 0, 0, 0, 0, 0],
    ],
    [
      [4, 0, 0, 1, 3, 2, 0, 0, 0, 0],
      [4, 0, 0, 0, 3, 0, 0, 0],
    ], // 7 of 9 cover 75 %
    [
      [8, 2, 0, 0, 0, 0, 0, 0, 0, 0],
      [8, 0, 0, 0, 0, 0, 0, 0],
    ], // 80 % at once
    [
      [5, 0, 0, 5, 0, 0, 0, 0, 0, 0],
      [5, 0, 0, 5, 0, 0, 0, 0],
    ], // no majority
    [
      [6, 2, 2, 0, 0, 0, 0, 0, 0, 0],
      [6, 2, 2, 0, 0, 0, 0, 0],
    ], // equals come together
    [[4, 2, 2, 2, 0, 0, 0, 0, 0, 0], 'no agreement'], // equals make it four
    [[3, 3, 2, 2, 0, 0, 0, 0, 0, 0], 'no agreement'],
    [
      [3, 3, 3, 0, 0, 0, 0, 0, 0, 0],
      [3, 3, 3, 0, 0, 0, 0, 0],
    ],
    [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 'no agreement'],
    [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 'no agreement'],
    [
      [5, 0, 0, 0, 0, 0, 0, 0, 4, 0],
      [5, 0, 0, 0, 0, 0, 0, 0],
    ], // unknown ends it, and is not counted
    [[5, 0, 0, 0, 0, 0, 0, 0, 5, 0], 'no agreement'], // just half
    [
      [4, 2, 0, 0, 0, 0, 0, 0, 2, 0],
      [4, 2, 0, 0, 0, 0, 0, 0],
    ], // as many votes as unknown
    [[4, 0, 0, 0, 0, 0, 0, 0, 2, 2], 'no agreement'],
    [[2, 2, 0, 0, 0, 0, 0, 0, 4, 0], 'unknown expression'],
    [[2, 0, 0, 0, 0, 0, 0, 0, 0, 8], 'not a face'],
  ];
  for (const [votes, expected] of cases) assert.deepEqual(targetVotes(votes), expected, votes.join());
});

/** All faces of FERPlus by their votes, with the targets that an independent program made of them. */
const faces = readFileSync(fixture('data/ferplus-votes-counted.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [training, publicTest, votes, target] = line.split(',') as [string, string, string, string];
    const digits = (text: string) => Array.from(text, (digit) => Number.parseInt(digit, 16));
    return {
      train: Number(training),
      valid: Number(publicTest),
      votes: digits(votes),
      target: digits(target),
    };
  });

test('the faces of FERPlus have the targets and the counts of its program', () => {
  const counts = { faces: [0, 0], targets: [0, 0], majority: [0, 0] };
  for (const { train, valid, votes, target } of faces) {
    const found = targetVotes(votes);
    assert.deepEqual(typeof found === 'string' ? [] : found, target, votes.join());
    const add = (count: number[]) => {
      count[0]! += train;
      count[1]! += valid;
    };
    add(counts.faces);
    if (typeof found !== 'string') add(counts.targets);
    if (typeof majorityLabel(votes) === 'number') add(counts.majority);
  }
  assert.deepEqual(counts, { faces: [28561, 3579], targets: [27956, 3505], majority: [25060, 3199] });
});

test('every face with a majority has a target, and there the majority leads', () => {
  for (const { votes } of faces) {
    const label = majorityLabel(votes);
    if (typeof label === 'string') continue;
    const target = targetVotes(votes) as number[];
    assert.ok(
      target.every((count, i) => i === label || count < target[label]!),
      votes.join(),
    );
  }
});

test('whatever the votes, a target keeps counts as they are and covers more than half', () => {
  const votes = fc.array(fc.nat({ max: 12 }), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(votes, (counts) => {
      const target = targetVotes(counts);
      if (typeof target === 'string') return;
      const kept = counts.map((count) => (count > 1 ? count : 0));
      const total = kept.reduce((sum, count) => sum + count, 0);
      const taken = target.flatMap((count, i) => (count > 0 ? [i] : []));
      assert.ok(taken.length >= 1 && taken.length <= 3);
      for (const i of taken) assert.equal(target[i], counts[i]);
      assert.ok(target.reduce((sum, count) => sum + count, 0) * 2 > total);
      const least = Math.min(...taken.map((i) => target[i]!));
      for (const [i, count] of kept.slice(0, 8).entries())
        if (!taken.includes(i)) assert.ok(count < least, 'nothing left out has as many votes as one taken');
    }),
  );
});

const header = 'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';

/** A face of every class in both parts; the later row of an image named twice; one without a majority, one unknown. */
const rows = [
  'Training,fer0000099.png,0,0,0,0,0,0,0,10,0,0',
  ...['Training', 'PublicTest'].flatMap((usage, part) =>
    Array.from({ length: 8 }, (_, label) => {
      const votes = Array.from({ length: 10 }, (_, i) => (i === label ? 8 : i === (label + 1) % 8 ? 1 : 0));
      return [usage, ferName(part * 100 + label), ...votes].join();
    }),
  ),
  'Training,fer0000099.png,4,0,0,4,1,0,0,0,1,0',
  'PublicTest,fer0000199.png,6,0,0,0,3,0,0,0,0,0',
  'PublicTest,fer0000198.png,5,0,0,0,4,2,0,0,0,0',
  'Training,fer0000098.png,0,2,0,0,0,0,0,0,8,0',
  'Training,,0,0,0,0,0,0,0,0,0,10',
];

async function writeFerPlus(root: string): Promise<void> {
  await writeFiles(root, { 'fer2013new.csv': [header, ...rows].join('\n') });
  const names = [...new Set(rows.map((row) => row.split(',')[1]!))].filter((name) => name !== '');
  await writeImages(root, names);
}

test('raw FERPlus opens with distributions as targets, and without them as ever', async (t) => {
  const root = await temporaryFolder(t);
  await writeFerPlus(root);
  const train = await openDataset({ root, type: 'FERPlus', split: 'train', targets: 'votes' });
  assert.equal(train.samples.length, 9);
  assert.deepEqual(train.samples[2], {
    path: join(root, ferName(2)),
    label: 2,
    distribution: [0, 0, 1, 0, 0, 0, 0, 0],
  });
  assert.deepEqual(train.samples.at(-1), {
    path: join(root, ferName(99)),
    label: 0,
    distribution: [0.5, 0, 0, 0.5, 0, 0, 0, 0],
  });
  assert.deepEqual(
    train.dropped.map(({ reason, count }) => [reason, count]),
    [
      ['unknown expression', 1],
      ['no image named in the votes file (not a face)', 1],
    ],
  );
  const valid = await openDataset({ root, type: 'FERPlus', split: 'valid', targets: 'votes' });
  assert.deepEqual(valid.samples.at(-2)!.distribution, [6 / 9, 0, 0, 0, 3 / 9, 0, 0, 0]);
  assert.deepEqual(valid.samples.at(-1)!.distribution, [5 / 9, 0, 0, 0, 4 / 9, 0, 0, 0]);
  for (const targets of [undefined, 'labels'] as const) {
    const plain = await openDataset({ root, type: 'FERPlus', split: 'valid', targets });
    assert.equal(plain.samples.length, 9);
    for (const sample of plain.samples) assert.deepEqual(Object.keys(sample), ['path', 'label']);
  }
});

test('distributions follow the order of --labels', async (t) => {
  const root = await temporaryFolder(t);
  await writeFerPlus(root);
  const labels = ['sad', 'angry', 'calm', 'bored', 'happy', 'fear', 'disgust', 'contempt', 'surprise'];
  const options = { root, type: 'FERPlus', split: 'train', targets: 'votes', allowEmpty: true } as const;
  const { samples } = await openDataset({ ...options, labels });
  assert.deepEqual(samples.at(-1), {
    path: join(root, ferName(99)),
    label: 2,
    distribution: [0.5, 0, 0.5, 0, 0, 0, 0, 0, 0],
  });
});

test('votes of other images are refused', async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, { 'fer2013new.csv': [header, ...rows].join('\n') });
  await writeImages(root, [ferName(5000), ferName(5001)]);
  for (const targets of ['labels', 'votes'] as const)
    await assert.rejects(
      openDataset({ root, type: 'FERPlus', targets }),
      posterError('data.layout', /votes for the 2 images fer0000000\.png, … .*no row of .*fer2013new\.csv/),
    );
  await assert.rejects(
    openDataset({ root, type: 'FERPlus', votes: join(root, 'none.csv'), targets: 'votes' }),
    posterError('file.missing', /Could not read .*none\.csv/),
  );
});
