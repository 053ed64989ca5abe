import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { readGraphModel } from '../../scripts/graph-model/face-models.js';
import { windowPadding } from '../../scripts/graph-model/padding.js';
import { graphModelToOnnx } from '../../scripts/graph-model/to-onnx.js';
import { packagedModel, packagedModels } from '../../src/faces/detect/packaged-models.js';
import { openModel } from '../../src/onnx/runtime.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { regenerate } from '../support/regenerated.js';

interface Reference {
  readonly side: number;
  readonly range: readonly [number, number];
  readonly outputs: Record<string, { shape: number[]; l2: number; at: number[]; values: number[] }>;
}

describe('TensorFlow.js graph models as ONNX', () => {
  for (const name of packagedModels) {
    it(`computes for ${name} what TensorFlow.js does`, async () => {
      const references = JSON.parse(await readFile(fixture('faces/tfjs.json'), 'utf8'));
      const { side, range, outputs }: Reference = references[name];
      const [low, high] = range;
      const values = regenerate(1, name, 3 * side * side, (u) => low + ((u + 1) / 2) * (high - low));
      const model = await openModel(await packagedModel(name), { threads: 1 });
      const results = await model.run({ images: { values, shape: [1, 3, side, side] } });
      await model.release();
      for (const [output, expected] of Object.entries(outputs)) {
        const { shape, values } = results[output]!;
        assert.deepEqual(shape, expected.shape);
        assertClose([Math.hypot(...values)], [expected.l2], { rtol: 1e-5 });
        const sampled = expected.at.map((i) => values[i]!);
        assertClose(sampled, expected.values, { rtol: 1e-4, atol: 2e-4 }, output);
      }
    });
  }

  it('gives the same for a batch as for its images, and at other sizes', async () => {
    const model = await openModel(await packagedModel('blazeface'), { threads: 1 });
    const run = async (count: number, height: number, width: number, from: number) => {
      const values = regenerate(2, 'images', 2 * 3 * height * width, (u) => u);
      const each = 3 * height * width;
      const images = {
        values: values.subarray(from * each, (from + count) * each),
        shape: [count, 3, height, width],
      };
      return (await model.run({ images })).boxes32!;
    };
    const both = await run(2, 288, 320, 0);
    const second = await run(1, 288, 320, 1);
    assert.deepEqual(both.shape, [2, 9 * 10 * 6, 16]);
    assertClose(both.values.subarray(both.values.length / 2), second.values, { rtol: 1e-4, atol: 1e-4 });
    await model.release();
  });

  it('refuses weights that do not fit, other formats, and operations it does not know', async () => {
    const { topology, weights } = await readGraphModel('facemesh');
    const outputs = { mesh: 'Identity_2' };
    const cut = weights.subarray(0, weights.length - 2);
    assert.throws(() => graphModelToOnnx({ topology, weights: cut }, { outputs }), /the file has 1477956/);
    assert.throws(() => graphModelToOnnx({ topology: { format: 'layers-model' }, weights }, { outputs }));
    const foreign = JSON.parse(JSON.stringify(topology).replaceAll('"Sigmoid"', '"NonMaxSuppressionV5"'));
    assert.throws(
      () => graphModelToOnnx({ topology: foreign, weights }, { outputs: { presence: 'Identity_1' } }),
      /uses NonMaxSuppressionV5/,
    );
    assert.throws(
      () => graphModelToOnnx({ topology, weights }, { outputs: { mesh: 'nowhere' } }),
      /no node nowhere/,
    );
  });

  it("pads as TensorFlow's rule says", () => {
    assert.deepEqual(windowPadding(256, 5, 2, true), { before: 1, after: 2, size: 128 });
    assert.deepEqual(windowPadding(16, 3, 1, true), { before: 1, after: 1, size: 16 });
    assert.deepEqual(windowPadding(3, 3, 2, true), { before: 1, after: 1, size: 2 });
    assert.deepEqual(windowPadding(5, 2, 2, true), { before: 0, after: 1, size: 3 });
    assert.deepEqual(windowPadding(5, 2, 2, false), { before: 0, after: 0, size: 2 });
  });
});
