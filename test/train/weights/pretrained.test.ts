import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorInfo } from '../../../src/checkpoint/checkpoint.js';
import { narrowConfig, publishedConfig } from '../../../src/network/config.js';
import { posterV2 } from '../../../src/network/poster-v2.js';
import { describePretrained, planPretrained } from '../../../src/train/weights/pretrained.js';

const network = posterV2(publishedConfig);

/** The tensors of a branch as a backbone's own file has them. */
function branchFile(prefix: string): Map<string, TensorInfo> {
  const entries = [...network.entries.values()].filter(({ name }) => name.startsWith(prefix));
  return new Map(entries.map(({ name, dtype, shape }) => [name.slice(prefix.length), { dtype, shape }]));
}

const ir50 = branchFile('ir_back.');
const landmarks = branchFile('face_landback.');
const float = (...shape: number[]): TensorInfo => ({ dtype: 'float32', shape });

test('a whole backbone loads whole, with and without the prefix of DataParallel', () => {
  const prefixed = new Map([...ir50].map(([name, info]) => [`module.${name}`, info]));
  for (const tensors of [ir50, prefixed]) {
    const plan = planPretrained('ir50', 'ir50.pth', tensors, network);
    assert.equal(plan.copies.length, ir50.size);
    for (const { from, to } of plan.copies) assert.ok(to.name.endsWith(from.replace('module.', '')), from);
    assert.deepEqual([plan.missing, plan.unexpected, plan.mismatched], [[], [], []]);
    assert.equal(
      describePretrained(plan, 'ir50.pth'),
      `ir50.pth: ${ir50.size} of ${ir50.size} tensors of the image branch loaded`,
    );
  }
});

test('of ir50 what fits is loaded and the rest is reported', () => {
  const tensors = new Map(ir50);
  tensors.set('input_layer.0.weight', float(64, 1, 3, 3));
  tensors.delete('body1.0.res_layer.1.weight');
  for (let i = 0; i < 5; i++) tensors.set(`body4.${i}.weight`, float(512));
  const plan = planPretrained('ir50', 'ir50.pth', tensors, network);
  assert.equal(plan.copies.length, ir50.size - 2);
  assert.equal(
    describePretrained(plan, 'ir50.pth'),
    [
      `ir50.pth: ${ir50.size - 2} of ${ir50.size} tensors of the image branch loaded`,
      '  1 of another shape: ir_back.input_layer.0.weight (64 x 1 x 3 x 3 instead of 64 x 3 x 3 x 3)',
      '  1 not in the file: ir_back.body1.0.res_layer.1.weight',
      '  5 not in the network: body4.0.weight, body4.1.weight, body4.2.weight and 2 more',
    ].join('\n'),
  );
});

test('a file of which nothing fits is refused', () => {
  assert.throws(() => planPretrained('ir50', 'x.pth', new Map([['fc.weight', float(7, 512)]]), network), {
    code: 'checkpoint.mismatch',
    message:
      /Expected x\.pth to hold parts of the image branch \(ir50\), but .* 1 not in the network: fc\.weight/,
  });
});

test('the landmark branch must fit entirely; batch counters may be missing', () => {
  const counterless = new Map([...landmarks].filter(([name]) => !name.endsWith('num_batches_tracked')));
  const plan = planPretrained('mobilefacenet', 'm.pth', counterless, network);
  assert.equal(plan.copies.length, counterless.size);
  const short = new Map(landmarks);
  short.delete('conv1.conv.weight');
  assert.throws(() => planPretrained('mobilefacenet', 'm.pth', short, network), {
    code: 'checkpoint.mismatch',
    message:
      /the whole landmark branch \(mobilefacenet\), but 1 not in the file: face_landback\.conv1\.conv\.weight/,
  });
  assert.throws(() => planPretrained('mobilefacenet', 'm.pth', landmarks, posterV2(narrowConfig)), {
    code: 'checkpoint.mismatch',
    message:
      /of another shape: face_landback\.conv1\.conv\.weight \(64 x 3 x 3 x 3 instead of 16 x 3 x 3 x 3\)/,
  });
});
