import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  evaluateCorruptions,
  parseCorruptions,
  parseSeverities,
  relativeErrors,
} from '../../../src/evaluate/corruptions/evaluate-corruptions.js';
import { corruptionNames } from '../../../src/evaluate/corruptions/raf-db-c.js';
import type { CorruptionResult } from '../../../src/evaluate/result.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import { toPrediction } from '../../../src/recognise/prediction.js';
import { assertClose } from '../../support/close.js';
import { fixture } from '../../support/fixtures.js';

/** Says class 0 of pictures that are brighter than the clean one, else class 1. */
const bright = {
  async *predictBatch(images: AsyncIterable<RgbImage>) {
    let clean: number | undefined;
    for await (const { data } of images) {
      const level = data.reduce((sum, value) => sum + value, 0) / data.length;
      clean ??= level;
      const index = level > clean + 1 ? 0 : 1;
      const [rare, likely] = [Math.log(0.1), Math.log(0.9)];
      yield toPrediction(Float32Array.of(...(index ? [rare, likely] : [likely, rare])), ['a', 'b']);
    }
  },
};

const face = fixture('corruptions/strip-48.png');
const samples = [face, fixture('no-such-face.png'), face].map((path) => ({ path, label: 1 }));
const run = (seed = 1) =>
  evaluateCorruptions(bright, {
    samples: samples.filter((_, i) => i !== 1),
    names: ['brightness-plus', 'brightness-minus'],
    severities: [1, 5],
    seed,
  });

test('errors are counted by corruption and severity, with intervals and the rise above clean faces', async () => {
  const result = await run();
  assert.equal(result.faces, 2);
  assert.equal(result.clean.accuracy.value, 1);
  const [plus, minus] = result.corruptions;
  assert.deepEqual(
    plus!.severities.map(({ accuracy }) => accuracy.value),
    [0, 0],
  );
  assert.deepEqual([plus!.error, plus!.rise, minus!.error], [1, 1, 0]);
  assert.deepEqual([result.meanError, result.meanRise], [0.5, 0.5]);
  assert.ok(plus!.severities[0]!.accuracy.high > 0.5); // two faces say little
  assertClose([plus!.severities[0]!.calibrationError, result.clean.calibrationError], [0.9, 0.1], {
    rtol: 1e-6,
    atol: 0,
  });
  assert.deepEqual(await run(), result);
});

test("errors relative to another model's are ratios averaged over the corruptions", () => {
  const of = (errors: number[], clean: number): CorruptionResult => ({
    ...{ seed: 1, faces: 9, meanError: 0, meanRise: 0 },
    clean: { accuracy: { value: 1 - clean, low: 0, high: 1 }, calibrationError: 0 },
    corruptions: errors.map((error, i) => ({ name: `${i}`, severities: [], error, rise: error - clean })),
  });
  const found = relativeErrors(of([0.3, 0.6], 0.2), of([0.6, 0.4], 0.1), 'b');
  assertClose([found.meanCorruptionError!, found.relativeError!], [1, (0.1 / 0.5 + 0.4 / 0.3) / 2], {
    rtol: 1e-12,
    atol: 0,
  });
  assert.equal(relativeErrors(of([0.3], 0.2), of([0.1], 0.1), 'b').relativeError, null);
  assert.throws(() => relativeErrors(of([0.3], 0.2), of([0.1, 0.2], 0.1), 'b'), {
    code: 'data.layout',
    message: /Expected b to be of the same faces, corruptions and severities/,
  });
});

test('names and severities that are none are refused, with those that are', () => {
  assert.deepEqual(parseCorruptions('RAF-DB-C'), corruptionNames);
  assert.deepEqual(parseCorruptions('jpeg, spatter,jpeg'), ['jpeg', 'spatter']);
  assert.throws(() => parseCorruptions('jpeg,snow'), {
    code: 'option.invalid',
    message: /zoom-blur.*got "snow"/,
  });
  assert.deepEqual(parseSeverities('2-4'), [2, 3, 4]);
  assert.deepEqual(parseSeverities('5,1'), [1, 5]);
  for (const text of ['0', '6', '1-6', '', '4-2', 'x'])
    assert.throws(() => parseSeverities(text), { code: 'option.invalid', message: /from 1 to 5/ });
});
