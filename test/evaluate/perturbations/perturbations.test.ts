import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draws } from '../../../src/evaluate/corruptions/draws.js';
import {
  evaluatePerturbations,
  flipShares,
} from '../../../src/evaluate/perturbations/evaluate-perturbations.js';
import { perturb, perturbationNames } from '../../../src/evaluate/perturbations/raf-db-p.js';
import { decodeImage } from '../../../src/image/decode/decode.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import { toPrediction } from '../../../src/recognise/prediction.js';
import { renderReport } from '../../../src/report/report.js';
import { sampleResult } from '../../report/sample.js';
import { fixture } from '../../support/fixtures.js';

/** The generator of make-perturbations.py. */
function replayed(): Draws {
  let state = 1;
  const uniform = (low = 0, high = 1) => {
    state = Number((BigInt(state) * 1664525n + 1013904223n) % 2n ** 32n);
    return low + ((high - low) * (state + 0.5)) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal, poisson: () => 0 };
}

const size = 100;

async function tiles(): Promise<RgbImage[]> {
  const { data, height } = await decodeImage(fixture('perturbations/strip.png'));
  const bytes = size * size * 3;
  return Array.from({ length: height / size }, (_, i) => ({
    ...{ width: size, height: size },
    data: data.slice(i * bytes, (i + 1) * bytes),
  }));
}

test('frames are those that SciPy, OpenCV and scikit-image make', async () => {
  const [face, ...expected] = await tiles();
  const names = perturbationNames.filter((name) => name !== 'shot-noise'); // of the corruption of this name
  assert.equal(expected.length, names.length * 2);
  for (const [n, name] of names.entries()) {
    const frames = [...perturb(face!, name, replayed())];
    assert.equal(frames.length, 30);
    for (const [j, place] of [1, 29].entries()) {
      const tile = expected[n * 2 + j]!;
      const gaps = Array.from(frames[place]!.data, (level, i) => Math.abs(level - tile.data[i]!));
      const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
      // whole levels that one of the two has a rounding error below
      const allowed = name === 'brightness' ? 0.2 : 0.05;
      assert.ok(Math.max(...gaps) <= 1 && mean <= allowed, `${name} ${place}: ${Math.max(...gaps)}, ${mean}`);
    }
  }
});

test('flips are counted against the frame before, and for noise against the first', () => {
  const answers = Array.from({ length: 60 }, (_, i) => (i < 30 ? (i >= 10 && i < 15 ? 1 : 0) : 2));
  assert.deepEqual([...flipShares(answers, false)], [2 / 29, 0]);
  assert.deepEqual([...flipShares(answers, true)], [5 / 29, 0]);
});

/** Says whether a picture is brighter than in the middle. */
const model = {
  async *predictBatch(images: AsyncIterable<RgbImage>) {
    for await (const { data } of images) {
      const index = data.reduce((sum, value) => sum + value, 0) / data.length > 100 ? 1 : 0;
      const [rare, likely] = [Math.log(0.1), Math.log(0.9)];
      yield toPrediction(Float32Array.of(...(index ? [rare, likely] : [likely, rare])), ['a', 'b']);
    }
  },
};

test('flip rates have intervals, repeat by the seed and stand in the report', async () => {
  const samples = Array.from({ length: 3 }, () => ({ path: fixture('images/gray-48.png') }));
  const options = { samples: [...samples, { path: 'missing.png' }], names: ['brightness', 'shot-noise'] };
  await assert.rejects(evaluatePerturbations(model, { ...options, samples: [] }), { code: 'data.layout' });
  const result = await evaluatePerturbations(model, { ...options, samples });
  assert.deepEqual(await evaluatePerturbations(model, { ...options, samples }), result);
  assert.equal(result.faces, 3);
  const [brightness] = result.perturbations;
  assert.ok([0, 1 / 29].some((rate) => Math.abs(brightness!.flipRate.value - rate) < 1e-12));
  assert.ok(brightness!.flipRate.low <= brightness!.flipRate.value);
  const page = await renderReport({ ...sampleResult(), perturbations: result });
  assert.match(page, /Small changes/);
});
