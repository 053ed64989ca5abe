import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Poster } from '../../src/core/poster.js';
import { exportModel } from '../../src/export/export-model.js';
import { verificationImages } from '../../src/export/verification-images.js';
import { openFaceFinder } from '../../src/faces/open-face-finder.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import type { ImageInput } from '../../src/image/decode/decode-input.js';
import { type Prediction, topK } from '../../src/recognise/prediction.js';
import { recogniseFaces } from '../../src/recognise/recognise-photos.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';

const files = [
  'aligned-100.jpg',
  'chroma444-224.jpg',
  'gray-48.png',
  'lossless-333x217.png',
  'photo-260x260.webp',
  'rgba-150x130.png',
].map((name) => fixture(`images/${name}`));

let folder: string;
let checkpoint: string;
let labels: readonly string[];
let expected: Prediction[];

before(async () => {
  folder = await temporaryFolder();
  checkpoint = await writeNarrowCheckpoint(folder);
  await using poster = await Poster.load(checkpoint);
  labels = poster.labels;
  expected = [];
  for (const file of files) expected.push(await poster.predict(file));
});

function assertSame(actual: readonly Prediction[], atol = 1e-5): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((prediction, i) => {
    const probabilities = (of: Prediction) => Object.values(of.probabilities);
    assertClose(probabilities(prediction), probabilities(expected[i]!), { rtol: 0, atol }, files[i]);
    if (atol < 1e-3) assert.equal(prediction.label, expected[i]!.label);
  });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('a prediction names the most probable class and gives every probability', () => {
  for (const { label, index, probability, probabilities, logits } of expected) {
    const values = Object.values(probabilities);
    assert.deepEqual(Object.keys(probabilities), labels);
    assert.equal(labels[index], label);
    assert.equal(probability, probabilities[label]);
    assert.equal(probability, Math.max(...values));
    assertClose([values.reduce((sum, value) => sum + value, 0)], [1]);
    assert.equal(logits.length, 7);
  }
  const answers = new Set(expected.flatMap(({ logits }) => [...logits].map((v) => v.toFixed(4))));
  assert.ok(answers.size > 20, 'the images must not all look the same to the network');
});

test('top-k lists classes by falling probability', () => {
  const top = topK(expected[0]!, 3);
  assert.equal(top.length, 3);
  assert.equal(top[0]!.label, expected[0]!.label);
  assert.ok(top[0]!.probability >= top[1]!.probability && top[1]!.probability >= top[2]!.probability);
});

test('paths, bytes and decoded images give the same', async () => {
  await using poster = await Poster.load(checkpoint);
  const inputs = [files[0]!, await readFile(files[1]!), await decodeImage(files[2]!)];
  const predictions = await collect(poster.predictBatch(inputs));
  predictions.forEach((prediction, i) => {
    assertClose(prediction.logits, expected[i]!.logits, { rtol: 0, atol: 1e-5 });
  });
});

test('every verb takes an image in any form and refuses what is none with a code', async () => {
  await using poster = await Poster.load(checkpoint, { threads: 1 });
  await using finder = await openFaceFinder({ threads: 1 });
  const bytes = await readFile(files[0]!);
  const verbs: Record<string, (image: ImageInput) => Promise<unknown>> = {
    predict: (image) => poster.predict(image),
    predictBatch: (image) => collect(poster.predictBatch([image])),
    explain: (image) => poster.explain(image),
    explainBatch: (image) => collect(poster.explainBatch([image])),
    recogniseFaces: (image) => recogniseFaces(poster, finder, image),
    find: (image) => finder.find(image),
  };
  for (const [verb, work] of Object.entries(verbs)) {
    const fromPath = await work(files[0]!);
    for (const image of [new Blob([bytes]), new Uint8Array(bytes).buffer, pathToFileURL(files[0]!)]) {
      assert.deepEqual(await work(image), fromPath, verb);
    }
    for (const none of [undefined, null, 7, {}, [1, 2], 'https://example.com/a.jpg']) {
      await assert.rejects(work(none as never), { name: 'PosterError', code: 'image.unreadable' }, verb);
    }
  }
});

test('many images are a list, not one of them', async () => {
  await using poster = await Poster.load(checkpoint, { threads: 1 });
  const bytes = await readFile(files[0]!);
  for (const images of ['face.jpg', bytes, new Blob([bytes]), undefined, null, 3, {}]) {
    const expected = { name: 'PosterError', code: 'option.invalid', message: /Expected a list of images/ };
    await assert.rejects(collect(poster.predictBatch(images as never)), expected);
    await assert.rejects(collect(poster.explainBatch(images as never)), expected);
    await assert.rejects(collect(poster.predictFiles(images as never, { workers: 0 })), expected);
  }
});

test('files are named by their paths', async () => {
  await using poster = await Poster.load(checkpoint, { threads: 1 });
  for (const path of [undefined, null, 3, pathToFileURL(files[0]!), await readFile(files[0]!)]) {
    for (const workers of [0, 1]) {
      const results = collect(poster.predictFiles([files[0]!, path as never], { workers }));
      const expected = {
        name: 'PosterError',
        code: 'option.invalid',
        message: /Expected the paths of image files/,
      };
      await assert.rejects(results, expected);
    }
  }
});

for (const batchSize of [1, 4, 32]) {
  test(`batches of ${batchSize} give the same`, async () => {
    await using poster = await Poster.load(checkpoint);
    assertSame(await collect(poster.predictBatch(files, { batchSize })));
  });
}

for (const workers of [0, 1, 3]) {
  test(`${workers} decoding threads give the same`, async () => {
    await using poster = await Poster.load(checkpoint);
    const results = await collect(poster.predictFiles(files, { workers, batchSize: 4 }));
    assert.deepEqual(
      results.map(({ path }) => path),
      files,
    );
    assertSame(results.map(({ prediction }) => prediction!));
  });
}

const exports = [
  { name: 'copy.pth', atol: 1e-5 },
  { name: 'copy.safetensors', atol: 1e-5 },
  { name: 'copy.onnx', atol: 1e-5 },
  { name: 'portable.onnx', atol: 1e-4, target: 'portable' },
  { name: 'half.onnx', atol: 1e-2, precision: 'fp16' },
  { name: 'half.pth', atol: 1e-2, precision: 'fp16' },
  { name: 'half.safetensors', atol: 1e-2, precision: 'fp16' },
] as const;

for (const { name, atol, ...options } of exports) {
  test(`the exported ${name} says the same, and carries its classes`, async () => {
    const output = join(folder, name);
    const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const images = await verificationImages(undefined);
    const report = await exportModel({ checkpoint, output, labels, images, ...options });
    assert.equal(report.agreement.images, 7);
    assert.ok(report.agreement.largestDifference <= atol);
    await using poster = await Poster.load(output);
    assert.deepEqual(poster.labels, labels);
    assert.equal(poster.labelOrigin.source, 'file');
    assertSameLogits(await collect(poster.predictBatch(files)), atol);
  });
}

function assertSameLogits(actual: readonly Prediction[], atol: number): void {
  actual.forEach(({ probabilities }, i) => {
    const [actual, wanted] = [probabilities, expected[i]!.probabilities].map(Object.values<number>);
    assertClose(actual!, wanted!, { rtol: 0, atol }, files[i]);
  });
}

test('embeddings come when asked for, as wide as the network', async () => {
  await using poster = await Poster.load(checkpoint);
  const { embedding } = await poster.predict(files[0]!, { embedding: true });
  assert.equal(embedding?.length, poster.network.embedding);
  assert.equal(expected[0]!.embedding, undefined);
});

test('an unreadable file is a result among others', async () => {
  await using poster = await Poster.load(checkpoint);
  const bad = fixture('images/bad-truncated.jpg');
  const results = await collect(poster.predictFiles([files[0]!, bad, files[1]!]));
  assert.deepEqual(
    results.map(({ error }) => error?.code),
    [undefined, 'image.unreadable', undefined],
  );
  assert.match(results[1]!.error!.message, /bad-truncated\.jpg.*truncated/);
  assertClose(results[2]!.prediction!.logits, expected[1]!.logits, { rtol: 0, atol: 1e-5 });
});

test('use after dispose is an error, disposing twice is none', async () => {
  const poster = await Poster.load(checkpoint);
  await poster.dispose();
  await poster.dispose();
  await assert.rejects(poster.predict(files[0]!), { code: 'disposed', message: /narrow-7\.pth.*dispose/ });
});

test('a fired signal ends the work', async () => {
  await using poster = await Poster.load(checkpoint);
  const signal = AbortSignal.abort();
  await assert.rejects(poster.predict(files[0]!, { signal }), { code: 'aborted' });
  await assert.rejects(collect(poster.predictFiles(files, { signal })), { code: 'aborted' });
});

test('labels that do not fit the head are refused', async () => {
  await assert.rejects(Poster.load(checkpoint, { labels: ['a', 'b'] }), {
    code: 'checkpoint.mismatch',
    message: /Expected 7 class names .* but --labels gives 2/,
  });
  await assert.rejects(Poster.load(checkpoint, { dataType: 'AffectNet-8' }), { code: 'checkpoint.mismatch' });
});

test('data types that name no classes leave them to the model', async () => {
  for (const dataType of ['folder', 'list'] as const) {
    await using poster = await Poster.load(checkpoint, { dataType });
    assert.equal(poster.labels.length, 7);
  }
});

test('pixels that do not fit their size are refused', async () => {
  await using poster = await Poster.load(checkpoint);
  const image = { width: 10, height: 10, data: new Uint8Array(5) };
  await assert.rejects(poster.predict(image), { code: 'image.unreadable', message: /10 x 10 with 5 bytes/ });
});

test('an export that would not say the same is not written', async () => {
  const { compareModels, requireAgreement } = await import('../../src/export/compare-models.js');
  const other = await writeNarrowCheckpoint(folder, 8);
  await assert.rejects(exportModel({ checkpoint: other, output: join(folder, 'x.bin'), images: [] }), {
    code: 'option.invalid',
  });
  const agreement = await compareModels(checkpoint, checkpoint, files, {
    labels: Object.keys(expected[0]!.probabilities),
  });
  assert.deepEqual(agreement, { images: files.length, sameClass: files.length, largestDifference: 0 });
  assert.throws(() => requireAgreement({ images: 1, sameClass: 1, largestDifference: 0.2 }, 1e-4, 'a', 'b'), {
    code: 'verification.failed',
  });
  assert.throws(
    () => requireAgreement({ images: 1, sameClass: 0, largestDifference: Number.NaN }, 1e-4, 'a', 'b'),
    {
      code: 'verification.failed',
    },
  );
});
