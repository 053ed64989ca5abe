import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { Poster } from '../../src/core/poster.js';
import { createDropCounter } from '../../src/data/layouts/layout.js';
import { listInputs } from '../../src/predict/list-inputs.js';
import { predictTo } from '../../src/predict/predict-files.js';
import { parseShard } from '../../src/predict/shard.js';
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

test('endings of every kind and in any capitals are images; the rest is passed over and counted', async () => {
  const mixed = join(await temporaryFolder(), 'mixed');
  await mkdir(join(mixed, '__MACOSX'), { recursive: true });
  await mkdir(join(mixed, 'elsewhere'));
  const kept = 'a.JFIF b.jpe c.GIF d.PNM e.pgm f.avif g.Png h.tiff'.split(' ');
  const others = 'x.HEIC y.heic notes.txt README Thumbs.db .DS_Store __MACOSX/._a.jfif'.split(' ');
  for (const name of [...kept, ...others]) await writeFile(join(mixed, name), '');
  await symlink(mixed, join(mixed, 'elsewhere', 'round')); // leads back to where it lies
  const passedOver = createDropCounter();
  const found = await collect(listInputs([mixed], { passedOver }));
  assert.deepEqual(
    found,
    kept.map((name) => join(mixed, name)),
  );
  assert.deepEqual(
    passedOver.list().map(({ reason, count }) => `${count} × ${reason}`),
    [
      '1 × a name without an ending, no image',
      '1 × .txt, no image',
      '2 × .heic, which is not read: convert it to JPEG',
    ],
  );
});

test('an input without a single image is an error that counts what is there, and writes nothing', async () => {
  const empty = join(await temporaryFolder(), 'empty');
  await mkdir(empty);
  const output = join(empty, 'never.csv');
  const write = (paths: AsyncIterable<string>) => predictTo(poster, paths, { format: 'csv', output });
  await assert.rejects(write(listInputs([empty])), {
    code: 'file.missing',
    message: `Expected images in ${empty}, found none; name images, or folders that hold some.`,
  });
  const standardInput = Readable.from(['\n\n']);
  await assert.rejects(write(listInputs(['-'], { standardInput })), {
    message: /^Expected images in the list on standard input, found none;/,
  });
  for (const name of ['1.heic', '2.heic', '3.txt']) await writeFile(join(empty, name), '');
  await assert.rejects(write(listInputs([empty], { shard: { index: 2, count: 2 } })), {
    message:
      /found only 2 × \.heic, which is not read: convert it to JPEG \(such as \S+1\.heic\); 1 × \.txt, no image/,
  });
  assert.deepEqual((await readdir(empty)).sort(), ['1.heic', '2.heic', '3.txt']);
  const one = join(empty, 'one.jpg');
  await copyFile(fixture('images/aligned-100.jpg'), one);
  const parts = [1, 2].map((index) => collect(listInputs([empty], { shard: { index, count: 2 } })));
  assert.deepEqual((await Promise.all(parts)).flat(), [one]); // a part may be empty
});

test('names that are not UTF-8 are told as such', async () => {
  const folder = await temporaryFolder();
  const gbk = Buffer.from([0xb8, 0xdf, 0xd0, 0xcb]);
  await writeFile(Buffer.concat([Buffer.from(`${folder}/`), gbk, Buffer.from('.jpg')]), '');
  const [result] = await collect(poster.predictFiles(listInputs([folder])));
  assert.match(
    result!.error!.message,
    /but its name is not UTF-8, .*; rename it, .* with "convmv -r -f gbk -t utf8/,
  );
  await mkdir(Buffer.concat([Buffer.from(`${folder}/`), gbk]));
  await assert.rejects(collect(listInputs([folder])), {
    code: 'file.missing',
    message: /^Could not list .*: its name is not UTF-8/,
  });
});

test('grey levels of 16 bits are clipped as in Pillow, which is said once', async () => {
  const folder = await temporaryFolder();
  for (const name of ['a.pgm', 'b.pgm'])
    await writeFile(join(folder, name), 'P5 1 1 65535\n\xff\xff', 'latin1');
  const notes: string[] = [];
  for (const workers of [0, 1]) {
    notes.length = 0;
    const options = { onNote: (note: string) => notes.push(note), workers };
    const results = await collect(poster.predictFiles(listInputs([folder]), options));
    assert.equal(results.filter(({ error }) => !error).length, 2);
    assert.equal(notes.length, 1);
    assert.match(notes[0]!, /a\.pgm has grey levels of 16 bits: those above 255 become white, as in Pillow/);
  }
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
  const { label, probability, probabilities, top, embedding } = first.prediction;
  assert.equal(top.length, 2);
  assert.deepEqual(top[0], { label, probability });
  assert.equal(embedding.length, poster.network.embedding);
  assert.deepEqual(Object.keys(probabilities), poster.labels);
});

test('one bad image among many is a line with its error; strict stops there', async () => {
  const inputs = () =>
    listInputs([join(images, names[0]!), fixture('images/bad-truncated.jpg'), join(images, names[1]!)]);
  const output = join(folder, 'bad.jsonl');
  const counts = await predictTo(poster, inputs(), { format: 'jsonl', output });
  assert.deepEqual(counts, { recognised: 2, unreadable: 1, skipped: 0 });
  const { error } = JSON.parse((await lines(output))[1]!);
  assert.equal(error.code, 'image.unreadable');
  assert.match(error.message, /truncated/);
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
