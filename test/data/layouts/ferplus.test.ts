import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { majorityLabel, readVotes } from '../../../src/data/layouts/votes/ferplus-votes.js';
import { openDataset } from '../../../src/data/open-dataset.js';
import { ferName, posterError, temporaryFolder, votesFile, writeFiles, writeImages } from '../support.js';

test('the majority label needs more than half of the votes that are no outliers', () => {
  const cases: [votes: number[], expected: ReturnType<typeof majorityLabel>][] = [
    [[10, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0],
    [[0, 0, 0, 0, 0, 0, 0, 10, 0, 0], 7],
    [[4, 0, 0, 1, 3, 2, 0, 0, 0, 0], 'no majority'], // 4 of 9: less than half
    [[5, 0, 0, 5, 0, 0, 0, 0, 0, 0], 'no majority'], // a tie
    [[4, 2, 2, 0, 0, 0, 0, 0, 0, 0], 'no majority'], // exactly half
    [[5, 0, 0, 4, 0, 0, 1, 0, 0, 0], 0], // without the outlier 5 of 9
    [[2, 1, 1, 1, 1, 1, 1, 1, 1, 0], 0], // all others are outliers
    [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 'no majority'], // nothing is left
    [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 'no majority'],
    [[1, 0, 0, 0, 0, 0, 0, 0, 9, 0], 'unknown expression'],
    [[0, 2, 0, 0, 0, 0, 0, 0, 0, 8], 'not a face'],
    [[0, 4, 0, 0, 0, 0, 0, 0, 4, 0], 'no majority'],
  ];
  for (const [votes, expected] of cases) assert.equal(majorityLabel(votes), expected, votes.join());
});

/** Votes of which the eight classes win one face each, in both splits, and one face each way out. */
const rows = [
  ...['Training', 'PublicTest'].flatMap((usage, part) =>
    Array.from({ length: 8 }, (_, label) => ({ usage, image: ferName(part * 100 + label), winner: label })),
  ),
  { usage: 'Training', image: ferName(50), winner: 8 },
  { usage: 'Training', image: ferName(51), winner: 9 },
  { usage: 'Training', image: ferName(52), winner: undefined },
  { usage: 'Training', image: '', winner: 9 },
  { usage: 'Training', image: ferName(53), winner: 3 },
];

test('FER2013 images with the votes file', async (t) => {
  const root = await temporaryFolder(t);
  await writeFiles(root, { 'fer2013new.csv': votesFile(rows) });
  const faces = rows.filter(({ image }) => image !== '' && image !== ferName(53));
  await writeImages(root, [
    ...faces.map(({ usage, image }) => `FER2013${usage}/${image}`),
    'FER2013Training/other.png',
  ]);
  const train = await openDataset({ root, type: 'FERPlus', split: 'train' });
  assert.deepEqual(
    train.samples,
    Array.from({ length: 8 }, (_, label) => ({ path: join(root, 'FER2013Training', ferName(label)), label })),
  );
  assert.deepEqual(
    train.dropped.map(({ reason, count, example }) => [reason, count, example]),
    [
      ['unknown expression', 1, ferName(50)],
      ['not a face', 1, ferName(51)],
      ['no majority', 1, ferName(52)],
      ['no image named in the votes file (not a face)', 1, 'line 21'],
      ['image missing', 1, ferName(53)],
    ],
  );
  const valid = await openDataset({ root, type: 'FERPlus' });
  assert.equal(valid.split, 'valid');
  assert.equal(valid.samples.length, 8);
  await assert.rejects(
    openDataset({ root, type: 'FERPlus', split: 'test' }),
    posterError('option.invalid', /test split .*got train, valid/),
  );
});

test('of two rows for one image the later stands, as in the FERPlus program', async (t) => {
  const root = await temporaryFolder(t);
  const twice = [{ usage: 'Training', image: ferName(0), winner: 5 }, ...rows];
  await writeFiles(root, { 'votes.csv': votesFile(twice) });
  await writeImages(
    root,
    rows.filter(({ image }) => image).map(({ image }) => image),
  );
  const { samples } = await openDataset({
    root,
    type: 'FERPlus',
    split: 'train',
    votes: join(root, 'votes.csv'),
  });
  assert.deepEqual(samples[0], { path: join(root, ferName(0)), label: 0 });
});

test('wrong votes files are told by line, and missing parts with what to do', async (t) => {
  const root = await temporaryFolder(t);
  const path = join(root, 'fer2013new.csv');
  const rejects = async (content: string, pattern: RegExp) => {
    await writeFiles(root, { 'fer2013new.csv': content });
    await assert.rejects(readVotes(path), posterError('data.layout', pattern));
  };
  const [header, first] = votesFile(rows).split('\n');
  await rejects('', /FERPlus votes in .*got none/);
  await rejects('emotion,pixels,Usage\n', /columns Usage,Image name.*line 1, got "emotion,pixels,Usage"/);
  await rejects(`${header}\n${first}\nTraining,a.png,1,2`, /line 3, got "Training,a\.png,1,2"/);
  await rejects(`${header}\n${first!.replace('Training', 'Train')}`, /line 2, got "Train,/);
  await rejects(`${header}\n${first!.replace('fer', '../fer')}`, /line 2/);
  await rejects(`${header}\n${first!.replace(',10', ',ten')}`, /line 2/);

  await writeFiles(root, { 'fer2013new.csv': votesFile(rows) });
  const open = () => openDataset({ root, type: 'FERPlus' });
  await assert.rejects(
    open(),
    posterError('data.layout', /fer0000000\.png, … or fer2013\.csv .*found neither/),
  );
  await writeFiles(root, { 'fer2013.csv': 'emotion,pixels,Usage\n' });
  await assert.rejects(
    open(),
    posterError('data.layout', /fer2013\.csv; write its images out.*data prepare/),
  );
  await rm(path);
  await assert.rejects(open(), posterError('data.layout', /--votes FILE.*class folders.*Found fer2013\.csv/));
});
