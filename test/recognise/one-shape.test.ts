/** What a face, a prediction and a box look like, wherever they come from. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { Poster } from '../../src/core/poster.js';
import { type FaceFinder, openFaceFinder } from '../../src/faces/open-face-finder.js';
import { listInputs } from '../../src/predict/list-inputs.js';
import type { LineSink } from '../../src/predict/output/output-file.js';
import { predictTo } from '../../src/predict/predict-files.js';
import { predictPhotosTo } from '../../src/predict/predict-photos.js';
import { toPrediction, topK } from '../../src/recognise/prediction.js';
import { recognisePhotos } from '../../src/recognise/recognise-photos.js';
import { createServer } from '../../src/server/create-server.js';
import { createImageReader } from '../../src/server/engine/image-reader.js';
import { portraitFile } from '../faces/portrait.js';
import { fixture } from '../support/fixtures.js';

const face = fixture('images/aligned-100.jpg');
let poster: Poster;
let finder: FaceFinder;

before(async () => {
  poster = await Poster.load(undefined, { threads: 1 });
  finder = await openFaceFinder({ threads: 1 });
});

after(async () => {
  await poster.dispose();
  await finder.dispose();
});

const throughJson = (value: unknown) => JSON.parse(JSON.stringify(value));

/** Numbers within what JSON lines round to and floats differ by in batches of other sizes; all else is equal. */
function assertAlike(actual: unknown, expected: unknown, at = 'result'): void {
  if (typeof expected === 'number') {
    assert.ok(Math.abs((actual as number) - expected) <= 0.051, `${at}: ${actual}, not ${expected}`);
    return;
  }
  if (typeof expected !== 'object' || expected === null) {
    assert.equal(actual, expected, at);
    return;
  }
  assert.deepEqual(Object.keys(actual as object), Object.keys(expected), at);
  assert.equal(Array.isArray(actual), Array.isArray(expected), at);
  for (const [key, value] of Object.entries(expected))
    assertAlike((actual as Record<string, unknown>)[key], value, `${at}.${key}`);
}

/** The objects that are written as lines. */
async function linesOf(write: (sink: LineSink) => Promise<unknown>) {
  const texts: string[] = [];
  await write({
    write: async (text) => {
      texts.push(text);
    },
    close: async () => {},
  });
  return texts
    .join('')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function answerTo(file: string, faces: boolean) {
  await using server = await createServer(poster, { reader: createImageReader(finder) });
  const images = [{ name: 'a', data: (await readFile(file)).toString('base64') }];
  const response = await server.inject({
    method: 'POST',
    url: '/v1/recognise',
    payload: { images, faces, embeddings: true },
  });
  return JSON.parse(response.body).results[0];
}

test('a prediction is the same in the library, JSON lines and the server', async () => {
  const prediction = throughJson(await poster.predict(face, { embedding: true }));
  assert.deepEqual(Object.keys(prediction), [
    ...['label', 'probability', 'index', 'probabilities', 'logits', 'embedding'],
  ]);
  assert.deepEqual(Object.keys(prediction.probabilities), poster.labels);
  const options = { format: 'jsonl', embedding: true } as const;
  const lines = await linesOf((sink) => predictTo(poster, listInputs([face]), { ...options, sink }));
  assertAlike(lines, [{ path: face, prediction }]);
  for await (const result of poster.predictFiles([face], { embedding: true }))
    assertAlike(throughJson(result), { path: face, prediction });
  const { width, height, ...answer } = await answerTo(face, false);
  assertAlike(answer, { name: 'a', prediction });
});

test("a photo's faces are the same in the library, JSON lines and the server, without their pixels", async () => {
  const found = throughJson(await poster.recognise(portraitFile, { embedding: true }));
  const faces = found.faces.map(({ crop, transform, ...face }: Record<string, unknown>) => face);
  assert.deepEqual(Object.keys(faces[0]), ['box', 'score', 'points', 'landmarks', 'prediction']);
  const { size } = poster.alignment;
  assert.deepEqual(found.faces[0].crop, { width: size, height: size });
  const photo = { width: found.width, height: found.height, faces };
  const options = { format: 'jsonl', embedding: true } as const;
  const lines = await linesOf((sink) =>
    predictPhotosTo(poster, finder, listInputs([portraitFile]), { ...options, sink }),
  );
  assertAlike(lines, [{ path: portraitFile, ...photo }]);
  assertAlike(await answerTo(portraitFile, true), { name: 'a', ...photo });
  for await (const result of recognisePhotos(poster, finder, [portraitFile], { embedding: true })) {
    const { photo: pixels, ...rest } = throughJson(result);
    assert.deepEqual(pixels, { width: found.width, height: found.height });
    assertAlike(rest, { path: portraitFile, ...found });
  }
});

test('what could not be read has a code and a sentence', async () => {
  const path = fixture('images/bad-truncated.jpg');
  for await (const result of poster.predictFiles([path])) {
    const { error } = throughJson(result);
    assert.deepEqual(Object.keys(error), ['code', 'message']);
    assert.equal(error.code, 'image.unreadable');
    const lines = await linesOf((sink) => predictTo(poster, listInputs([path]), { format: 'jsonl', sink }));
    assert.deepEqual(lines, [{ path, error }]);
  }
});

test('classes of any name keep their probability', () => {
  const labels = ['10', '2', '__proto__', 'toString'];
  const prediction = toPrediction(Float32Array.of(0, 1, 3, 2), labels);
  assert.equal(prediction.label, '__proto__');
  assert.equal(prediction.index, 2);
  assert.deepEqual(
    topK(prediction, 9).map(({ label }) => label),
    ['__proto__', 'toString', '2', '10'],
  );
  assert.deepEqual(Object.keys(throughJson(prediction).probabilities).sort(), [...labels].sort());
});
