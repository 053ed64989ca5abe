import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluateCorruptions } from '../../../src/evaluate/corruptions/evaluate-corruptions.js';
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
