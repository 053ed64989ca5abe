import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { Poster } from '../../src/poster.js';
import { listInputs, parseShard } from '../../src/predict/list-inputs.js';
import { predictTo } from '../../src/predict/predict-files.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';

let folder: string;
let images: string;
let poster: Poster;
const names = Array.from({ length: 9 }, (_, i) => `face ${i}.jpg`);

before(async () => {
  folder = await temporaryFolder();
  images = join(folder, 'images');
  await mkdir(join(images, 'deeper'), { recursive: true });
  for (const name of names) await copyFile(fixture('images/aligned-100.jpg'), join(images, name));
  await copyFile(fixture('images/gray-48.png'), join(images, 'deeper', 'gray.png'));
  await writeFile(join(images, 'notes.txt'), 'no image');
  await writeFile(join(images, '.hidden.jpg'), 'no image');
  poster = await Poster.load(await writeNarrowCheckpoint(folder));
});
after(() => poster.dispose());

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const lines = async (path: string) => (await readFile(path, 'utf8')).trim().split('\n');

test('folders give the images below them in sorted order, files come as named', async () => {
  const found = await collect(listInputs([images, join(images, 'notes.txt')]));
  const expected = ['deeper/gray.png', ...names, 'notes.txt'].map((name) => join(images, name));
  assert.deepEqual(found, expected);
});

test('patterns and standard input', async () => {
  assert.equal((await collect(listInputs([`${images}/face*.jpg`]))).length, names.length);
  const standardInput = Readable.from([`${join(images, names[0]!)}\n\n${join(images, names[1]!)}\n`]);
  assert.equal((await collect(listInputs(['-'], { standardInput }))).length, 2);
});

test('names without a file are an error that says so', async () => {
  await assert.rejects(collect(listInputs([join(images, 'none.jpg')])), {
    code: 'file.missing',
    message: /none\.jpg: no such file/,
  });
  await assert.rejects(collect(listInputs([`${images}/*.gif`])), { message: /no file matches the pattern/ });
});

test('shards share all files, each in exactly one', async () => {
  const all = await collect(listInputs([images]));
  const parts = await Promise.all(
    [1, 2, 3].map((index) => collect(listInputs([images], { shard: { index, count: 3 } }))),
  );
  assert.deepEqual(parts.flat().sort(), [...all].sort());
  assert.ok(parts.every((part) => part.length < all.length));
  for (const text of ['0/3', '4/3', '1', 'a/b', '1/0']) {
    assert.throws(() => parseShard(text), { code: 'option.invalid' }, text);
  }
});

for (const format of ['jsonl', 'csv'] as const) {
  test(`${format}: an interrupted run continues without gaps or repeats`, async () => {
    const whole = join(folder, `whole.${format}`);
    const counts = await predictTo(poster, listInputs([images]), { format, output: whole });
    assert.deepEqual(counts, { recognised: 10, unreadable: 0, skipped: 0 });
    const expected = await readFile(whole, 'utf8');

    const output = join(folder, `resumed.${format}`);
    const cut = expected.split('\n').slice(0, 4).join('\n');
    await writeFile(output, `${cut}\n`); // four whole lines
    await appendFile(output, expected.slice(cut.length + 1, cut.length + 20)); // a line cut off
    const resumed = await predictTo(poster, listInputs([images]), { format, output, skipExisting: true });
    assert.equal(resumed.skipped, format === 'csv' ? 3 : 4);
    assert.equal(await readFile(output, 'utf8'), expected);
  });
}

test('an existing output is not overwritten, nor continued with other columns', async () => {
  const output = join(folder, 'taken.csv');
  await predictTo(poster, listInputs([images]), { format: 'csv', output });
  const before = await readFile(output, 'utf8');
  await assert.rejects(predictTo(poster, listInputs([images]), { format: 'csv', output }), {
    code: 'file.unwritable',
    message: /--skip-existing/,
  });
  await assert.rejects(
    predictTo(poster, listInputs([images]), { format: 'csv', topK: 3, output, skipExisting: true }),
    {
      code: 'file.unwritable',
      message: /its columns are others/,
    },
  );
  assert.equal(await readFile(output, 'utf8'), before);
});

test('lines hold what was asked for', async () => {
  const output = join(folder, 'full.jsonl');
  await predictTo(poster, listInputs([images]), { format: 'jsonl', output, topK: 2, embedding: true });
  const [first] = (await lines(output)).map((line) => JSON.parse(line));
  assert.equal(first.path, join(images, 'deeper/gray.png'));
  assert.equal(first.top.length, 2);
  assert.equal(first.top[0][0], first.label);
  assert.equal(first.embedding.length, poster.network.embedding);
  assert.deepEqual(Object.keys(first.probabilities), poster.labels);
});

test('one bad image among many is a line with its error; strict stops there', async () => {
  const inputs = () =>
    listInputs([join(images, names[0]!), fixture('images/bad-truncated.jpg'), join(images, names[1]!)]);
  const output = join(folder, 'bad.jsonl');
  const counts = await predictTo(poster, inputs(), { format: 'jsonl', output });
  assert.deepEqual(counts, { recognised: 2, unreadable: 1, skipped: 0 });
  assert.match(JSON.parse((await lines(output))[1]!).error, /truncated/);
  const strict = predictTo(poster, inputs(), {
    format: 'jsonl',
    output: join(folder, 'strict.jsonl'),
    strict: true,
  });
  await assert.rejects(strict, { code: 'image.unreadable' });
});

test('a full disk is told in one sentence', async () => {
  await assert.rejects(predictTo(poster, listInputs([images]), { format: 'jsonl', output: '/dev/full' }), {
    code: 'file.unwritable',
    message: /\/dev\/full.*the disk is full/,
  });
});
