import assert from 'node:assert/strict';
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { renderDataReport, renderPreparedData } from '../../../../src/cli/render/render-data-report.js';
import { checkData } from '../../../../src/data/check/check-data.js';
import { prepareData } from '../../../../src/data/make/prepare/prepare-data.js';
import { type OpenDatasetOptions, openDataset } from '../../../../src/data/open-dataset.js';
import { ferName, posterError, temporaryFolder, writeFiles, writeImages } from '../../support.js';

const images = [
  'train/happy/a.png',
  'train/happy/b.png',
  'train/sad/c.png',
  'valid/happy/d.png',
  'valid/sad/e.png',
];

const votes = [
  'path,happiness,sadness,unknown',
  'train/happy/a.png,3,1,6',
  'train/happy/b.png,1,3,0',
  'train/sad/c.png,0,2,0',
  'train/sad/gone.png,0,2,0',
];

/** Distributions by path relative to the root. */
async function openVotes(root: string, options: Partial<OpenDatasetOptions> = {}) {
  const dataset = await openDataset({ root, type: 'folder', split: 'train', targets: 'votes', ...options });
  const rows = dataset.samples.map(({ path, ...sample }) => [path.slice(root.length + 1), sample] as const);
  return { ...dataset, rows: Object.fromEntries(rows) };
}

test('class folders take their votes from a list, by path', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, images);
  const expected = {
    'train/happy/a.png': { label: 0, distribution: [0.75, 0.25] },
    'train/happy/b.png': { label: 0, distribution: [0.25, 0.75] }, // the folder is the label
    'train/sad/c.png': { label: 1, distribution: [0, 1] },
  };
  await writeFiles(root, { 'votes.csv': votes.join('\n') });
  assert.deepEqual((await openVotes(root)).rows, expected);
  const labels = ['sadness', 'happiness'];
  const turned = await openVotes(root, { labels });
  assert.deepEqual(turned.rows['train/happy/a.png'], { label: 1, distribution: [0.25, 0.75] });

  await writeFiles(root, { 'elsewhere/list.csv': votes.join('\n'), 'votes.csv': 'path\n' });
  assert.deepEqual((await openVotes(root, { votes: join(root, 'elsewhere/list.csv') })).rows, expected);
  const beside = votes.join('\n').replaceAll('train/', '../train/');
  await writeFiles(root, { 'elsewhere/list.csv': beside });
  assert.deepEqual((await openVotes(root, { votes: join(root, 'elsewhere/list.csv') })).rows, expected);
});

test('images without votes are left out, counted and told', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, images);
  await writeFiles(root, { 'votes.csv': votes.filter((row) => !row.includes('b.png')).join('\n') });
  const { samples, dropped, notes } = await openVotes(root);
  assert.equal(samples.length, 2);
  assert.deepEqual(dropped, [{ reason: 'no votes', count: 1, example: join(root, 'train/happy/b.png') }]);
  assert.match(notes[0]!, /^Images of the train split without votes are left out: 1, .*b\.png first\.$/);
});

test('votes that are missing, foreign or of another kind are refused', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, images);
  await assert.rejects(
    openVotes(root),
    posterError(
      'data.layout',
      /votes for the images in .*there are none \(class folders\); name them with --votes/,
    ),
  );
  await assert.rejects(
    openVotes(root, { votes: join(root, 'none.csv') }),
    posterError('file.missing', /votes in .*none\.csv \(--votes\), but there is no such file/),
  );
  const rejects = async (content: string, pattern: RegExp) => {
    await writeFiles(root, { 'votes.csv': content });
    await assert.rejects(openVotes(root), posterError('data.layout', pattern));
  };
  await rejects(
    votes.join('\n').replaceAll('train/', 'other/'),
    /\(.*a\.png, …\), but no row of .*votes\.csv is for/,
  );
  await rejects(
    votes.join('\n').replace('sadness', 'anger'),
    /column for each of .*there is none for sadness/,
  );
  await rejects(
    'image,label\ntrain/happy/a.png,happy',
    /path,happiness,sadness and rows of votes in .*votes\.csv/,
  );
  await rejects([...votes, votes[1]].join('\n'), /lines 2 and 6 are both for "train\/happy\/a\.png"/);
  await rejects(votes.join('\n').replace('3,1,6', '0,0,6'), /at least one class in .*line 2/);
});

test('data check tells how many images have votes, how they agree, and what is wrong with them', async (t) => {
  const root = await temporaryFolder(t);
  await writeImages(root, images);
  await writeFiles(root, { 'votes.csv': votes.join('\n') });
  const report = await checkData({ root, type: 'folder' });
  const [train, valid] = report.splits;
  const { meanEntropy, ...counts } = train!.votes!;
  assert.deepEqual(counts, { images: 3, unlabelled: 0, missing: 0 });
  assert.ok(Math.abs(meanEntropy - (2 * 0.5623351446188083) / 3) < 1e-15, String(meanEntropy));
  assert.deepEqual(valid!.votes, { images: 0, unlabelled: 0, missing: 2, meanEntropy: 0 });
  assert.match(
    renderDataReport(report),
    /Votes of train: 3 images, 0 of them without a majority, mean entropy 0\.375\n/,
  );
  assert.deepEqual(report.problems, []);
  await writeFiles(root, { 'votes.csv': votes.join('\n').replaceAll('train/', 'other/') });
  const foreign = await checkData({ root, type: 'folder', quick: true });
  assert.equal(foreign.splits[0]!.votes, undefined);
  assert.match(foreign.problems.join(), /no row of .*votes\.csv is for one of them/);
});

const header = 'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';

/** A face of every class in both parts, and in each one without a majority. */
const ferPlus = ['Training', 'PublicTest'].flatMap((usage, part) => [
  ...Array.from({ length: 8 }, (_, label) => {
    const counts = Array.from({ length: 10 }, (_, i) => (i === label ? 6 : i === (label + 1) % 8 ? 3 : 0));
    return [usage, ferName(part * 100 + label), ...counts].join();
  }),
  `${usage},${ferName(part * 100 + 9)},4,0,0,4,1,0,0,0,1,0`,
]);

/** The samples of a split by file name, whatever the tree they lie in. */
async function byName(root: string, options: Partial<OpenDatasetOptions>) {
  const { samples } = await openDataset({ root, type: 'FERPlus', ...options });
  const entries = samples.map(({ path, ...sample }) => [path.split('/').at(-1)!, sample] as const);
  return Object.fromEntries(entries.toSorted());
}

test('prepared FERPlus trains on the same votes as the raw faces, to the bit, wherever it is moved', async (t) => {
  const folder = await temporaryFolder(t);
  const raw = join(folder, 'raw');
  await writeFiles(raw, { 'fer2013new.csv': [header, ...ferPlus].join('\n') });
  await writeImages(
    raw,
    ferPlus.map((row) => row.split(',')[1]!),
  );
  const data = await prepareData({
    root: raw,
    type: 'FERPlus',
    output: join(folder, 'output'),
    mode: 'copy',
  });
  assert.deepEqual(
    data.splits.map(({ images: count, votes: kept }) => [count, kept]),
    [
      [8, { images: 9, unlabelled: 1 }],
      [8, { images: 9, unlabelled: 1 }],
    ],
  );
  assert.match(renderPreparedData(data), /Votes of train: 9 images, 1 of them without a majority/);
  const output = join(folder, 'moved');
  await rename(join(folder, 'output'), output);
  assert.deepEqual((await readdir(output)).sort(), [
    'README.md',
    'labels.json',
    'no_majority',
    'train',
    'valid',
    'votes.csv',
  ]);
  assert.match(
    await readFile(join(output, 'README.md'), 'utf8'),
    /- train: 9 images, 1 of them without a majority/,
  );
  const list = await readFile(join(output, 'votes.csv'), 'utf8');
  assert.match(list, /^path,split,label,neutral,happiness,/);
  assert.match(list, /no_majority\/train\/fer0000009\.png,train,,0\.5,0,0,0\.5,0,0,0,0\r\n/);

  for (const split of ['train', 'valid'] as const)
    for (const targets of ['labels', 'votes'] as const) {
      const expected = await byName(raw, { split, targets });
      assert.equal(Object.keys(expected).length, targets === 'votes' ? 9 : 8);
      assert.deepEqual(await byName(output, { split, targets }), expected);
      const listed = { type: 'list', root: join(output, 'votes.csv'), split, targets } as const;
      assert.deepEqual(await byName(join(output, 'votes.csv'), listed), expected);
      const votesFile = join(raw, 'fer2013new.csv');
      assert.deepEqual(await byName(output, { split, targets, votes: votesFile }), expected);
      assert.deepEqual(await byName(output, { split, targets, votes: join(output, 'votes.csv') }), expected);
    }
});

test('FERPlus written out of its CSV keeps faces without a majority for their votes', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'fer');
  const pixels = new Array(48 * 48).fill(7).join(' ');
  const faces = ferPlus.map((row) => `0,${pixels},${row.split(',')[0]}`);
  await writeFiles(root, {
    'fer2013.csv': ['emotion,pixels,Usage', ...faces].join('\n'),
    'fer2013new.csv': [header, ...ferPlus].join('\n'),
  });
  const output = join(folder, 'output');
  await prepareData({ root, type: 'FERPlus', output });
  const train = await byName(output, { split: 'train', targets: 'votes' });
  assert.deepEqual(train[ferName(9)], { label: 0, distribution: [0.5, 0, 0, 0.5, 0, 0, 0, 0] });
  assert.deepEqual(train[ferName(2)], { label: 2, distribution: [0, 0, 6 / 9, 3 / 9, 0, 0, 0, 0] });
  assert.equal(Object.keys(await byName(output, { split: 'train' })).length, 8);
});

test('an undivided list of votes is prepared, its unlabelled images apart from the classes', async (t) => {
  const folder = await temporaryFolder(t);
  await writeImages(folder, ['a.png', 'b.png', 'c.png', 'sub/a.png']);
  await writeFiles(folder, { 'list.csv': 'path,cat,dog\na.png,2,1\nb.png,0,1\nc.png,1,1\nsub/a.png,1,3' });
  const output = join(folder, 'output');
  await prepareData({ root: join(folder, 'list.csv'), type: 'list', output });
  assert.deepEqual((await readdir(output)).sort(), [
    '0_cat',
    '1_dog',
    'README.md',
    'labels.json',
    'no_majority',
    'votes.csv',
  ]);
  const plain = await openDataset({ root: output, type: 'folder' });
  assert.deepEqual(plain.classes, ['cat', 'dog']);
  assert.equal(plain.samples.length, 3);
  const { rows } = await openVotes(output, { split: 'all' });
  assert.deepEqual(rows, {
    '0_cat/a.png': { label: 0, distribution: [2 / 3, 1 / 3] },
    '1_dog/a.png': { label: 1, distribution: [0.25, 0.75] },
    '1_dog/b.png': { label: 1, distribution: [0, 1] },
    'no_majority/c.png': { label: 0, distribution: [0.5, 0.5] },
  });
});

test('votes that fit nothing are not prepared, and leave nothing behind', async (t) => {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'data');
  await writeImages(root, images);
  await writeFiles(root, { 'votes.csv': 'path,happy,sad\nx.png,1,0\ny.png,0,1' });
  await assert.rejects(
    prepareData({ root, type: 'folder', output: join(folder, 'output') }),
    posterError('data.layout', /no row of .*votes\.csv is for one of them/),
  );
  assert.deepEqual(await readdir(folder), ['data']);
});
