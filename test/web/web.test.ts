import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { Poster } from '../../src/core/poster.js';
import { labelSet } from '../../src/data/labels.js';
import { overlay } from '../../src/explain/overlay.js';
import { exportModel, type Precision, precisions } from '../../src/export/export-model.js';
import { decodeImage } from '../../src/image/decode/decode.js';
import { cardKey, modelCard } from '../../src/model/model-card.js';
import { smallConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { buildGraph } from '../../src/onnx/build-graph.js';
import { emitModel } from '../../src/onnx/emit.js';
import { ModelProtoSchema } from '../../src/onnx/generated/onnx_pb.js';
import type { Prediction } from '../../src/recognise/prediction.js';
import { createServer } from '../../src/server/create-server.js';
import type { LoadProgress } from '../../src/web/index.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint, writeOldExport } from '../support/narrow-model.js';
import { regeneratedStateDict } from '../support/regenerated.js';
import { writeFaceInBoth, writeSmallCheckpoint } from '../support/small-model.js';
import { chromiumMissing, launchChromium } from './chromium.js';
import { openTestPage, type TestPage } from './open-page.js';
import type { TestServer } from './serve.js';

const crops = [
  'lossless-333x217.png',
  'rgba-150x130.png',
  'aligned-100.jpg',
  'gray-48.png',
  'photo-260x260.webp',
];
const skip = chromiumMissing;
const folder = await temporaryFolder();
let checkpoint: string;
/** The sites that the page talked to. */
const addresses = new Set<string>();
let site: TestPage;
let server: TestServer;
let page: Page;

before(async () => {
  if (skip) return;
  checkpoint = await writeNarrowCheckpoint(folder);
  site = await openTestPage();
  ({ server, page } = site);
  for (const precision of precisions) server.files.set(`/${precision}.onnx`, await exported(precision));
  for (const name of crops) server.files.set(`/crops/${name}`, readFileSync(fixture(`images/${name}`)));
  page.context().on('request', (request) => addresses.add(new URL(request.url()).origin));
  await site.visit();
});

after(() => site?.close());

function fileOf(precision: Precision): string {
  return join(folder, `${precision}.onnx`);
}

/** The model with a weight that is no number. */
function diverged(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, Uint8Array.from(bytes));
  const bias = model.graph!.initializer.find(({ name }) => name === 'VIT.head.linear.bias')!;
  bias.rawData.set([0, 0, 0xc0, 0x7f]);
  return toBinary(ModelProtoSchema, model);
}

/** The bytes of the model as `poster export` writes it. */
async function exported(precision: Precision): Promise<Uint8Array> {
  const images = crops.map((name) => fixture(`images/${name}`));
  await exportModel({ checkpoint, output: fileOf(precision), precision, images, dataType: 'RAF-DB' });
  return readFile(fileOf(precision));
}

/** What Node's library says of the same files. */
async function predictInNode(model?: string): Promise<Prediction[]> {
  await using poster = await Poster.load(model);
  return await Promise.all(
    crops.map((name) => poster.predict(fixture(`images/${name}`), { embedding: true })),
  );
}

/** Loads a model in the page, keeping it there, and predicts every crop. */
async function predictInPage(path?: string) {
  return page.evaluate(
    async ({ path, names }) => {
      const poster = await window.Poster.load(path, { threads: 2 });
      const predictions: Prediction[] = [];
      for (const name of names) {
        const file = await (await fetch(`/crops/${name}`)).blob();
        predictions.push(await poster.predict(file, { embedding: true }));
      }
      const { backend, origin, labels, dataset } = poster;
      await poster.dispose();
      return { backend, origin, labels, dataset, predictions };
    },
    { path, names: crops },
  );
}

function assertSamePredictions(
  actual: readonly Prediction[],
  expected: readonly Prediction[],
  atol = 1e-3,
): void {
  for (const [i, prediction] of expected.entries()) {
    const probabilities = ({ probabilities }: Prediction) => Object.values(probabilities);
    assertClose(probabilities(actual[i]!), probabilities(prediction), { rtol: 0, atol }, crops[i]);
    assert.equal(actual[i]!.label, prediction.label);
    assertClose(actual[i]!.embedding!, prediction.embedding!, { rtol: 1e-2, atol: 10 * atol }, 'embedding');
  }
}

for (const precision of precisions) {
  test(`a page gives the probabilities that Node gives on the same crops, ${precision}`, {
    skip,
  }, async () => {
    const expected = await predictInNode(fileOf(precision));
    const spread = expected.map(({ probability }) => probability);
    assert.ok(Math.max(...spread) - Math.min(...spread) > 0.01, `the crops hardly differ: ${spread}`);
    const actual = await predictInPage(`/${precision}.onnx`);
    // In 8 bits the last digit of a layer is a step of its scale, and the two runtimes round sums differently.
    assertSamePredictions(actual.predictions, expected, precision === 'int8' ? 1e-2 : 1e-3);
    assert.deepEqual(actual.labels, labelSet('RAF-DB'));
    assert.equal(actual.dataset, 'RAF-DB');
    assert.equal(actual.backend, 'wasm'); // this Chromium has no graphics device
    assert.equal(await page.evaluate(() => crossOriginIsolated), true, 'threads need isolation');
  });
}

test('without an address, a page answers with the model that comes with the package, as Node does', {
  skip,
}, async () => {
  const expected = await predictInNode();
  const actual = await predictInPage();
  assertSamePredictions(actual.predictions, expected);
  assert.deepEqual(actual.labels, labelSet('FERPlus'));
  assert.equal(actual.origin, 'network');
  assert.equal((await predictInPage('small')).origin, 'cache');
});

test('a page explains as Node does, and draws the same picture', { skip }, async () => {
  await using poster = await Poster.load(fileOf('fp32'));
  const actual = await page.evaluate(async (names) => {
    const poster = await window.Poster.load('/fp32.onnx', { threads: 2 });
    const files = await Promise.all(names.map(async (name) => (await fetch(`/crops/${name}`)).blob()));
    const explanations = [];
    for await (const one of poster.explainBatch(files, { embedding: true })) explanations.push(one);
    const alone = await poster.explain(files[0]!);
    const face = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i * 14) };
    const picture = window.overlay(face, alone.combined, 90);
    const { explains } = poster;
    await poster.dispose();
    return { explains, explanations, alone, picture: { ...picture, data: [...picture.data] } };
  }, crops);
  assert.equal(actual.explains, true);
  assert.equal(actual.explanations.length, crops.length);
  for (const [i, { method, label, prediction, ...maps }] of actual.explanations.entries()) {
    const expected = await poster.explain(fixture(`images/${crops[i]}`));
    assert.deepEqual([method, label], ['attention', expected.label]);
    assert.ok(prediction.embedding);
    const values = ({
      combined,
      groups,
      classToken,
    }: Omit<typeof expected, 'prediction' | 'label' | 'method'>) => [
      ...combined.flat(),
      ...groups.flatMap(({ sum, map }) => [sum, ...map.flat()]),
      classToken!,
    ];
    assertClose(values(maps), values(expected), { rtol: 0, atol: 1e-4 }, crops[i]);
  }
  assertClose(actual.alone.combined.flat(), actual.explanations[0]!.combined.flat(), { atol: 1e-6 });
  const face = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i * 14) };
  const picture = overlay(face, actual.alone.combined, 90);
  assert.deepEqual(actual.picture, { ...picture, data: [...picture.data] });
});

test('a grey model of 48 pixels says in a page what it says in Node, of colours and of their luma', {
  skip,
}, async () => {
  const output = join(folder, 'small.onnx');
  const face = await writeFaceInBoth(folder);
  await exportModel({
    ...{ checkpoint: await writeSmallCheckpoint(folder), output, precision: 'fp16' },
    images: [face.colour],
  });
  server.files.set('/small.onnx', await readFile(output));
  server.files.set('/crops/colour.png', await readFile(face.colour));
  server.files.set('/crops/grey.png', await readFile(face.grey));
  await using poster = await Poster.load(output);
  const expected = await poster.explain(face.colour);
  const actual = await page.evaluate(async () => {
    const poster = await window.Poster.load('/small.onnx', { threads: 2 });
    const files = await Promise.all(
      ['colour', 'grey'].map(async (name) => (await fetch(`/crops/${name}.png`)).blob()),
    );
    const [colour, grey] = await Promise.all(files.map((file) => poster.explain(file)));
    const { imageSize, color, alignment } = poster;
    await poster.dispose();
    return { imageSize, color, alignment, colour: colour!, grey: grey! };
  });
  assert.deepEqual([actual.imageSize, actual.color], [48, 'grey']);
  assert.deepEqual(actual.alignment, { template: 'raf-db', size: 48 });
  for (const { prediction, combined, groups } of [actual.colour, actual.grey]) {
    const logits = Object.values(prediction.logits);
    assertClose(logits, expected.prediction.logits, { rtol: 0, atol: 1e-3 });
    assertClose(combined.flat(), expected.combined.flat(), { rtol: 0, atol: 1e-4 });
    assert.deepEqual(
      groups.map(({ scale, map }) => [scale, map.length]),
      [
        [12, 3],
        [6, 3],
        [3, 3],
      ],
    );
  }
  assert.deepEqual(actual.colour.combined, actual.grey.combined);
});

test('a graph of another size than its description is refused in a page, too', { skip }, async () => {
  const network = posterV2(smallConfig);
  const stateDict = regeneratedStateDict(network);
  const graph = buildGraph(network, ({ name }) => stateDict.get(name)!, 'cpu');
  const card = modelCard({ ...smallConfig, imageSize: 96 }, labelSet('RAF-DB'));
  const metadata = { [cardKey]: JSON.stringify(card) };
  server.files.set('/other-size.onnx', emitModel(graph, { producerVersion: 'test', metadata }));
  const error = await page.evaluate(() =>
    window.Poster.load('/other-size.onnx').then(
      () => 'no error',
      (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
    ),
  );
  assert.match(error, /^checkpoint\.mismatch: .*other-size\.onnx to take images of 96 x 96 pixels/);
});

test('a model exported before it held its attention predicts, and says what to do', { skip }, async () => {
  server.files.set('/old.onnx', await readFile(writeOldExport(folder)));
  const result = await page.evaluate(async () => {
    const poster = await window.Poster.load('/old.onnx');
    const pixels = { width: 2, height: 2, data: new Uint8Array(12) };
    const { probability } = await poster.predict(pixels);
    const error = await poster.explain(pixels).catch((error: Error & { code?: string }) => error);
    await poster.dispose();
    const { code, message } = error as Error & { code?: string };
    return { explains: poster.explains, probability, code, message };
  });
  assert.equal(result.explains, false);
  assert.ok(result.probability > 0);
  assert.equal(result.code, 'checkpoint.mismatch');
  assert.match(result.message, /export it again/);
});

test('every kind of image gives the same pixels, so the same logits', { skip }, async () => {
  const name = 'rgba-150x130.png';
  const { width, height, data } = await decodeImage(fixture(`images/${name}`));
  const rgb = { width, height, data: [...data] };
  const logits = await page.evaluate(
    async ({ name, rgb }) => {
      const poster = await window.Poster.load('/fp32.onnx');
      const file = await (await fetch(`/crops/${name}`)).blob();
      const stored = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' } as const;
      const image = new Image();
      image.src = URL.createObjectURL(file);
      const bitmap = await createImageBitmap(file, stored);
      const pixels = { ...rgb, data: Uint8Array.from(rgb.data) };
      const rgba = new ImageData(rgb.width, rgb.height);
      for (let i = 0; i < rgb.width * rgb.height; i++) rgba.data.set(rgb.data.slice(i * 3, i * 3 + 3), i * 4);
      const canvas = document.createElement('canvas'); // opaque: what it shows is what it holds
      canvas.width = rgb.width;
      canvas.height = rgb.height;
      for (let i = 3; i < rgba.data.length; i += 4) rgba.data[i] = 255;
      canvas.getContext('2d')!.putImageData(rgba, 0, 0);
      const bytes = await file.arrayBuffer();
      const dataUrl = await new Promise<string>((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result as string);
        reader.readAsDataURL(file);
      });
      const padded = new Uint8Array(bytes.byteLength + 2);
      padded.set(new Uint8Array(bytes), 2);
      const files = [
        bytes,
        new Uint8Array(bytes),
        padded.subarray(2),
        new DataView(bytes),
        new File([file], 'a.png'),
      ];
      const addresses = [dataUrl, new URL(dataUrl), image.src, new URL(image.src)];
      const inputs = [pixels, file, bitmap, image, rgba, canvas, ...files, ...addresses];
      const results: number[][] = [];
      for await (const { logits } of poster.predictBatch(inputs, { batchSize: 4 })) results.push([...logits]);
      const again = await poster.predict(bitmap); // still the caller's
      return [...results, [...again.logits]];
    },
    { name, rgb },
  );
  assert.equal(logits.length, 16);
  for (const values of logits) assertClose(values, logits[0]!, { rtol: 0, atol: 1e-5 });
});

test('what is no image is refused in a sentence with a code', { skip }, async () => {
  const errors = await page.evaluate(async () => {
    const poster = await window.Poster.load('/fp32.onnx');
    const data = new Uint8Array(24);
    const refused = {
      undefined: undefined,
      null: null,
      number: 5,
      list: [1, 2, 3],
      function: () => {},
      promise: Promise.resolve(new Blob()),
      path: 'face.jpg',
      address: new URL('https://example.com/a.jpg'),
      dataUrl: 'data:;base64,%%%',
      blobUrl: 'blob:nothing',
      element: document.body,
      fraction: { width: 4.5, height: 2, data: new Uint8Array(27) },
      plain: { width: 4, height: 2, data: Array(24).fill(0) },
      floats: { width: 4, height: 2, data: new Float32Array(24) },
      noWidth: { height: 2, data },
    };
    const messages: [string, string][] = [];
    const say = (error: Error & { code?: string }) => `${error.name} ${error.code}: ${error.message}`;
    for (const [what, image] of Object.entries(refused)) {
      messages.push([what, await poster.predict(image as never).then(() => 'no error', say)]);
    }
    const faces = await poster.recognise(undefined as never).then(() => 'no error', say);
    const batch = async () => {
      for await (const _ of poster.predictBatch('face.jpg' as never));
      return 'no error';
    };
    return Object.fromEntries([...messages, ['faces', faces], ['batch', await batch().catch(say)]]);
  });
  const expected = {
    undefined: /got undefined/,
    null: /got null/,
    number: /got the number 5/,
    list: /got an array/,
    function: /got a function/,
    promise: /got a Promise, which was not awaited/,
    path: /got the address face\.jpg, and nothing is fetched/,
    address: /got the address https:\/\/example\.com\/a\.jpg/,
    dataUrl: /a data: URL whose base64 is none/,
    blobUrl: /got the address blob:nothing, which cannot be read/,
    element: /HTMLBodyElement/,
    fraction: /got 4\.5 x 2 with 27 bytes/,
    plain: /got 4 x 2 with an array/,
    floats: /got 4 x 2 with a Float32Array/,
    noWidth: /got undefined x 2 with 24 bytes/,
    faces: /got undefined/,
  };
  for (const [what, pattern] of Object.entries(expected)) {
    assert.match(errors[what]!, /^PosterError image\.unreadable: /, what);
    assert.match(errors[what]!, pattern);
  }
  assert.match(errors.batch!, /^PosterError option\.invalid: Expected a list of images/);
});

test('a colour profile is ignored, as the datasets are read', { skip }, async () => {
  const file = await sharp(fixture('images/lossless-333x217.png')).withIccProfile('p3').png().toBuffer();
  server.files.set('/profile.png', file);
  await using poster = await Poster.load(fileOf('fp32'));
  const expected = await poster.predict(file);
  const logits = await page.evaluate(async () => {
    const poster = await window.Poster.load('/fp32.onnx');
    return [...(await poster.predict(await (await fetch('/profile.png')).blob())).logits];
  });
  assertClose(logits, expected.logits, { rtol: 0, atol: 1e-3 });
});

test('a model is downloaded once, with progress, and again when it changed', { skip }, async () => {
  const load = () =>
    page.evaluate(async () => {
      const progress: LoadProgress[] = [];
      const onProgress = (step: LoadProgress) => progress.push(step);
      const { origin } = await window.Poster.load('/kept.onnx', { onProgress });
      return { origin, progress };
    });
  const model = server.files.get('/fp32.onnx')!;
  server.files.set('/kept.onnx', model);
  const first = await load();
  assert.equal(first.origin, 'network');
  const downloads = first.progress.filter(({ stage }) => stage === 'download');
  assert.deepEqual(downloads.at(-1), { stage: 'download', loaded: model.length, total: model.length });
  assert.ok(downloads.every(({ loaded }, i) => i === 0 || loaded > downloads[i - 1]!.loaded));
  assert.equal(first.progress.at(-1)!.stage, 'prepare');

  server.requests.length = 0;
  assert.equal((await load()).origin, 'cache');
  assert.deepEqual(
    server.requests.filter((line) => line.includes('kept')),
    ['HEAD /kept.onnx'],
  );

  server.files.set('/kept.onnx', server.files.get('/int8.onnx')!);
  assert.equal((await load()).origin, 'network');
  assert.equal((await load()).origin, 'cache');
});

test('the progress of a compressed download counts to the length of the model', { skip }, async () => {
  const model = server.files.get('/fp32.onnx')!;
  server.files.set('/packed.onnx', model);
  server.compressed.add('/packed.onnx');
  const steps = await page.evaluate(async () => {
    const progress: LoadProgress[] = [];
    const onProgress = (step: LoadProgress) => progress.push(step);
    const poster = await window.Poster.load('/packed.onnx', { cache: 'none', onProgress });
    await poster.dispose();
    return progress.filter(({ stage }) => stage === 'download');
  });
  assert.deepEqual(steps.at(-1), { stage: 'download', loaded: model.length, total: model.length });
  assert.ok(steps.every(({ total }) => total === model.length));
});

test('the cache policy is obeyed', { skip }, async () => {
  const load = (cache: 'immutable' | 'none') =>
    page.evaluate(async (cache) => (await window.Poster.load('/fp32.onnx', { cache })).origin, cache);
  assert.equal(await load('none'), 'network');
  server.requests.length = 0;
  assert.equal(await load('immutable'), 'cache');
  assert.deepEqual(
    server.requests.filter((line) => line.includes('fp32')),
    [],
  );
});

test('a model loads from a chosen file and from bytes', { skip }, async () => {
  const origins = await page.evaluate(async () => {
    const file = await (await fetch('/fp32.onnx')).blob();
    const posters = [
      await window.Poster.load(new File([file], 'mine.onnx')),
      await window.Poster.load(await file.arrayBuffer()),
    ];
    return posters.map(({ origin, labels }) => ({ origin, classes: labels.length }));
  });
  assert.deepEqual(origins, [
    { origin: 'memory', classes: 7 },
    { origin: 'memory', classes: 7 },
  ]);
});

test('what goes wrong is said in a sentence with a code', { skip }, async () => {
  server.files.set('/page.onnx', Buffer.from('<!doctype html><title>Sign in</title>'));
  server.files.set('/weights.onnx', await readFile(checkpoint));
  server.files.set('/diverged.onnx', diverged(server.files.get('/fp32.onnx')!));
  const errors = await page.evaluate(async () => {
    const { Poster } = window;
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => 'no error',
        (error: Error & { code?: string }) => `${error.name} ${error.code}: ${error.message}`,
      );
    const poster = await Poster.load('/fp32.onnx');
    const busy = Poster.load('/fp32.onnx', { cache: 'none', signal: AbortSignal.timeout(1) });
    const pixels = { width: 2, height: 2, data: new Uint8Array(12) };
    const errors = {
      missing: await codeOf(Poster.load('/absent.onnx')),
      foreign: await codeOf(Poster.load('/page.onnx')),
      weights: await codeOf(Poster.load('/weights.onnx')),
      diverged: await codeOf(Poster.load('/diverged.onnx')),
      empty: await codeOf(Poster.load(new ArrayBuffer(0))),
      image: await codeOf(poster.predict(new Blob(['not an image'], { type: 'image/png' }))),
      pixels: await codeOf(poster.predict({ ...pixels, width: 3 })),
      aborted: await codeOf(busy),
      abortedPrediction: await codeOf(poster.predict(pixels, { signal: AbortSignal.abort() })),
      pending: '',
      disposed: '',
    };
    // So many that some are sure to be under way still, however busy this thread is meanwhile.
    const pending = codeOf(Promise.all(Array.from({ length: 50 }, () => poster.predict(pixels))));
    await new Promise((resolve) => setTimeout(resolve));
    await poster.dispose();
    await poster.dispose();
    errors.pending = await pending;
    errors.disposed = await codeOf(poster.predict(pixels));
    return errors;
  });
  const expected = {
    missing: /^PosterError file\.missing: Expected a model at .*\/absent\.onnx, but the server answered 404/,
    foreign:
      /^PosterError checkpoint\.unreadable: Expected an ONNX model in .*\/page\.onnx, got a web page \(HTML\); check the address/,
    weights:
      /^PosterError checkpoint\.unreadable: Expected an ONNX model in .*\/weights\.onnx, got a checkpoint; export it/,
    diverged:
      /^PosterError checkpoint\.unreadable: Expected the weights in .*\/diverged\.onnx to be numbers, but value 1 of 7 of its tensor VIT\.head\.linear\.bias is NaN: /,
    empty: /^PosterError checkpoint\.mismatch: /,
    image: /^PosterError image\.unreadable: .*12 bytes of image\/png/,
    pixels: /^PosterError image\.unreadable: .*got 3 x 2 with 12 bytes/,
    aborted: /^PosterError aborted: /,
    abortedPrediction: /^PosterError aborted: /,
    pending: /^PosterError disposed: /,
    disposed: /^PosterError disposed: /,
  };
  for (const [what, pattern] of Object.entries(expected)) assert.match(errors[what as 'image'], pattern);
});

test('a page of another site asks a server that allows it, and no other', { skip }, async () => {
  await using model = await Poster.load(checkpoint, { dataType: 'RAF-DB', threads: 1 });
  const context = await page.context().browser()!.newContext();
  try {
    const visitor = await context.newPage();
    await visitor.goto(server.url);
    await visitor.waitForFunction(() => window.ready);
    for (const allowOrigins of [[server.url], []]) {
      const app = await createServer(model, { token: 'secret', allowOrigins });
      const address = await app.listen({ host: '127.0.0.1', port: 0 });
      const result = await visitor.evaluate(
        async ({ address, name }) => {
          const headers = { authorization: 'Bearer secret' };
          const file = await (await fetch(`/crops/${name}`)).blob();
          const body = new FormData();
          body.append('image', file);
          try {
            const options = { headers, cache: 'none' } as const;
            const poster = await window.Poster.load(`${address}/v1/model/file`, options);
            const { label } = await poster.predict(file);
            await poster.dispose();
            const answer = await fetch(`${address}/v1/recognise`, { method: 'POST', headers, body });
            const { results } = await answer.json();
            const refused = await fetch(`${address}/v1/recognise?x=1`, { method: 'POST', headers, body });
            return [label, results[0].prediction.label, (await refused.json()).error.code];
          } catch (error) {
            return [(error as { code?: string }).code];
          }
        },
        { address, name: crops[0]! },
      );
      await app.close();
      const { label } = await model.predict(fixture(`images/${crops[0]}`));
      const expected = allowOrigins.length > 0 ? [label, label, 'request.invalid'] : ['file.missing'];
      assert.deepEqual(result, expected);
    }
  } finally {
    await context.close();
  }
});

test('without isolation it runs on one thread, and on WebGPU where there is a device', { skip }, async () => {
  const [expected] = await predictInNode(fileOf('fp32'));
  const graphics = await launchChromium({ webGpu: true });
  try {
    const plain = await graphics.newPage();
    server.files.set('/plain.html', readFileSync(join(site.project, 'dist/index.html')));
    await plain.goto(`${server.url}/plain.html`);
    await plain.waitForFunction(() => window.ready);
    const results = await plain.evaluate(async (name) => {
      const file = await (await fetch(`/crops/${name}`)).blob();
      const predictOn = async (backend?: 'webgpu') => {
        const poster = await window.Poster.load('/fp32.onnx', backend ? { backend } : {});
        const { logits } = await poster.predict(file);
        return { backend: poster.backend, isolated: crossOriginIsolated, logits: [...logits] };
      };
      return [await predictOn(), await predictOn('webgpu')];
    }, crops[0]!);
    assert.deepEqual(
      results.map(({ backend, isolated }) => ({ backend, isolated })),
      [
        { backend: 'wasm', isolated: false }, // an imitated device is not chosen unasked
        { backend: 'webgpu', isolated: false },
      ],
    );
    for (const { logits } of results) assertClose(logits, expected!.logits, { rtol: 0, atol: 1e-3 });
  } finally {
    await graphics.close();
  }
});

test("ONNX Runtime's files may lie in a folder of one's own", { skip }, async () => {
  for (const ending of ['mjs', 'wasm']) {
    const file = fileURLToPath(import.meta.resolve(`onnxruntime-web/ort-wasm-simd-threaded.${ending}`));
    server.files.set(`/runtime/ort-wasm-simd-threaded.${ending}`, readFileSync(file));
  }
  server.requests.length = 0;
  const results = await page.evaluate(async () => {
    const load = (runtimeFiles: string) =>
      window.Poster.load('/fp32.onnx', { runtimeFiles }).then(
        ({ backend }) => `${backend}`,
        (error: Error & { code?: string }) => `${error.code}`,
      );
    return [await load('/runtime'), await load('/nowhere/')];
  });
  assert.deepEqual(results, ['wasm', 'engine.unavailable']);
  assert.ok(server.requests.includes('GET /runtime/ort-wasm-simd-threaded.wasm'));
});

test('after the first load the page needs no server, and never any other', { skip }, async () => {
  await site.visit(); // its own files pass the service worker, which an earlier visit installed
  const online = await predictInPage('/fp32.onnx');
  await page.evaluate((names) => Promise.all(names.map((name) => fetch(`/crops/${name}`))), crops);
  await server.close();
  await site.visit();
  const offline = await predictInPage('/fp32.onnx');
  assert.equal(offline.origin, 'cache');
  assert.deepEqual(offline.predictions, online.predictions);
  assert.deepEqual([...addresses], [server.url], 'everything comes from the site itself');
});
