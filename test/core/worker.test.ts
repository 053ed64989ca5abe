import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Poster } from '../../src/core/poster.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import type { ImageInput } from '../../src/image/decode/decode-input.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';

let checkpoint: string;
const files = ['aligned-100.jpg', 'gray-48.png', 'photo-260x260.webp'].map((name) =>
  fixture(`images/${name}`),
);
const photo = fixture('faces/astronaut.jpg');

before(async () => {
  checkpoint = await writeNarrowCheckpoint(await temporaryFolder());
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('a model in a worker knows and says what it does in this thread', async () => {
  await using here = await Poster.load(checkpoint, { threads: 1 });
  await using away = await Poster.load(checkpoint, { threads: 1, worker: true });
  const facts = (poster: Poster) => {
    const { labels, labelOrigin, dataset, alignment, notes, network, imageSize, color, path, explains } =
      poster;
    return { labels, labelOrigin, dataset, alignment, notes, network, imageSize, color, path, explains };
  };
  assert.deepEqual(facts(away), facts(here));
  const verbs: ((poster: Poster) => Promise<unknown>)[] = [
    (poster) => poster.predict(files[0]!, { embedding: true }),
    (poster) => collect(poster.predictBatch(files, { batchSize: 2 })),
    (poster) => collect(poster.predictFiles(files, { batchSize: 2, workers: 0 })),
    (poster) => poster.explain(files[1]!),
    (poster) => collect(poster.explainBatch(files)),
    (poster) => poster.recognise(photo),
    (poster) => poster.findFaces(photo, { size: 64, maxFaces: 1 }),
  ];
  for (const verb of verbs) {
    const [there, expected] = [await verb(away), await verb(here)];
    assert.deepEqual(there, expected);
    assert.equal(JSON.stringify(there), JSON.stringify(expected), 'also as JSON');
  }
});

test('images in every form reach the worker and stay as they were', async () => {
  await using away = await Poster.load(checkpoint, { threads: 1, worker: true });
  const bytes = await readFile(files[0]!);
  const larger = Buffer.concat([Buffer.alloc(7), bytes, Buffer.alloc(9)]);
  const view = larger.subarray(7, 7 + bytes.length);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const pixels = await decodeImage(files[0]!);
  const images: ImageInput[] = [
    pathToFileURL(files[0]!),
    ...[bytes, view, shared, new Uint8Array(bytes).buffer, new Blob([bytes]), new File([bytes], 'face.jpg')],
    `data:image/jpeg;base64,${bytes.toString('base64')}`,
    pixels,
  ];
  const expected = await away.predict(files[0]!);
  for (const image of images) assert.deepEqual(await away.predict(image), expected);
  assert.deepEqual(view, bytes);
  assert.deepEqual(pixels, await decodeImage(files[0]!));
});

test('errors of the worker keep their codes and name the image', async () => {
  const absent = Poster.load('absent.pth', { worker: true });
  await assert.rejects(absent, { name: 'PosterError', code: 'file.missing', message: /absent\.pth/ });
  await using away = await Poster.load(checkpoint, { threads: 1, worker: true });
  const bad = await readFile(fixture('images/bad-truncated.jpg'));
  await assert.rejects(away.predict(new File([bad], 'bad.jpg')), {
    name: 'PosterError',
    code: 'image.unreadable',
    message: /bad\.jpg.*truncated/,
  });
  await assert.rejects(away.predict(null as never), { code: 'image.unreadable' });
  await assert.rejects(away.findFaces(photo, { minSize: 1 }), { code: 'option.invalid' });
});

test('a fired signal ends the wait at once, and work not begun is dropped', async () => {
  await using away = await Poster.load(checkpoint, { threads: 1, worker: true });
  const stop = new AbortController();
  const { signal } = stop;
  const warnings: string[] = [];
  const note = ({ message }: Error) => void warnings.push(message);
  process.on('warning', note);
  const crowd = Array.from({ length: 50 }, () => away.predict(photo, { signal }));
  stop.abort();
  for (const one of crowd) await assert.rejects(one, { name: 'PosterError', code: 'aborted' });
  await assert.rejects(Poster.load(checkpoint, { worker: true, signal }), { code: 'aborted' });
  assert.equal((await away.predict(files[0]!)).logits.length, 7);
  process.off('warning', note);
  assert.deepEqual(warnings, []);
});

test('a batch is asked for when the last one was taken', async () => {
  await using away = await Poster.load(checkpoint, { threads: 1, worker: true });
  let taken = 0;
  function* endless() {
    for (;;) {
      taken++;
      yield files[0]!;
    }
  }
  let given = 0;
  for await (const _ of away.predictBatch(endless(), { batchSize: 2 })) {
    given++;
    assert.ok(taken <= given + 2);
    if (given === 5) break;
  }
});

test('disposing waits for what is under way; later calls are refused', async () => {
  const away = await Poster.load(checkpoint, { threads: 1, worker: true });
  const found = away.findFaces(photo);
  await new Promise(setImmediate); // it was sent
  await away.dispose();
  assert.equal((await found).faces.length, 1);
  await away.dispose();
  await assert.rejects(away.predict(files[0]!), { code: 'disposed', message: /narrow-7\.pth.*dispose/ });
});
