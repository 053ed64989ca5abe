import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Poster } from '../../src/core/poster.js';
import { PosterError } from '../../src/errors.js';
import { toMaps } from '../../src/explain/explanation.js';
import { exportModel } from '../../src/export/export-model.js';
import { narrowConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { dropUnusedNodes, type Value } from '../../src/onnx/graph.js';
import { recordGraph } from '../../src/onnx/record.js';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder, writeNarrowCheckpoint, writeOldExport } from '../support/narrow-model.js';
import { regeneratedImages, regeneratedStateDict } from '../support/regenerated.js';
import { runGraph } from '../support/run-graph.js';

const tokens = 148;
const config = { ...narrowConfig, classes: 7 };
const network = posterV2(config);
const stateDict = regeneratedStateDict(network);
const weights = (entry: { name: string }) => stateDict.get(entry.name)!;
const photo = fixture('images/aligned-100.jpg');

let folder: string;
let checkpoint: string;

before(async () => {
  folder = await temporaryFolder();
  checkpoint = await writeNarrowCheckpoint(folder);
});

test('the attention equals a softmax computed apart from the graph', async () => {
  const last = config.transformerDepth - 1;
  const graph = recordGraph(config.imageSize, weights, (ops, images) => {
    const outputs: [string, Value][] = [];
    const observe = (stage: string, value: Value) => {
      if (stage === `VIT.blocks.${last - 1}`) outputs.push(['before', value]);
    };
    const { attention } = network.forward(ops, images, { observe });
    return [...outputs, ['attention', attention]];
  });
  const outputs = await runGraph(dropUnusedNodes(graph), regeneratedImages(1), 1);
  const expected = classTokenAttention(outputs.get('before')!, last);
  assertClose(outputs.get('attention')!, expected, { rtol: 1e-4, atol: 1e-7 }, 'attention');
});

/** x: 148 x width -> heads x 148, in float64 and from the formulas alone. */
function classTokenAttention(x: Float32Array, block: number): number[] {
  const width = config.embedding;
  const entry = (name: string) => toFloat32(stateDict.get(`VIT.blocks.${block}.${name}`)!);
  const [gain, shift] = [entry('norm1.weight'), entry('norm1.bias')];
  const [qkv, bias] = [entry('attn.qkv.weight'), entry('attn.qkv.bias')];
  const rows = Array.from({ length: tokens }, (_, i) => {
    const row = [...x.subarray(i * width, (i + 1) * width)];
    const mean = row.reduce((a, b) => a + b) / width;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    return row.map((value, c) => ((value - mean) / Math.sqrt(variance + 1e-6)) * gain[c]! + shift[c]!);
  });
  const project = (row: number[], output: number) =>
    row.reduce((sum, value, c) => sum + value * qkv[output * width + c]!, bias[output]!);
  const size = width / config.transformerHeads;
  return Array.from({ length: config.transformerHeads }, (_, head) => {
    const channels = Array.from({ length: size }, (_, d) => head * size + d);
    const q = channels.map((c) => project(rows[0]!, c));
    const scores = rows.map((row) =>
      channels.reduce((sum, c, d) => sum + q[d]! * project(row, width + c), 0),
    );
    const exponentials = scores.map((score) => Math.exp(score / Math.sqrt(size)));
    const total = exponentials.reduce((a, b) => a + b);
    return exponentials.map((value) => value / total);
  }).flat();
}

test('an explanation accounts for the whole attention and agrees with the prediction', async () => {
  await using poster = await Poster.load(checkpoint);
  const [explanation, prediction] = await Promise.all([poster.explain(photo), poster.predict(photo)]);
  assert.equal(explanation.method, 'attention');
  assert.equal(explanation.label, prediction.label);
  assert.deepEqual(explanation.prediction, prediction);
  assert.deepEqual(
    explanation.groups.map(({ scale, map }) => [scale, map.length, ...new Set(map.map((row) => row.length))]),
    [
      [28, 7, 7],
      [14, 7, 7],
      [7, 7, 7],
    ],
  );
  const sums = explanation.groups.map(({ sum }) => sum);
  assertClose([sums.reduce((a, b) => a + b, explanation.classToken!)], [1], { atol: 1e-5 }, 'all shares');
  const combined = explanation.combined.flat();
  assertClose([combined.reduce((a, b) => a + b)], [1 - explanation.classToken!], { atol: 1e-5 }, 'combined');
  assert.ok(combined.every((value) => value > 0 && value < 1));
});

test('many faces are explained as each alone', async () => {
  await using poster = await Poster.load(checkpoint);
  const photos = ['aligned-100.jpg', 'lossless-333x217.png', 'gray-48.png'].map((name) =>
    fixture(`images/${name}`),
  );
  assert.equal(poster.explains, true);
  let i = 0;
  for await (const one of poster.explainBatch(photos, { batchSize: 2, embedding: true })) {
    const { combined, label } = await poster.explain(photos[i++]!);
    assert.equal(one.label, label);
    assertClose(one.combined.flat(), combined.flat(), { rtol: 1e-4, atol: 1e-6 });
    assert.equal(one.prediction.embedding!.length, poster.network.embedding);
  }
  assert.equal(i, 3);
});

test('tokens are laid out scale by scale and row by row', () => {
  const { groups, combined } = toMaps(
    Array.from({ length: 147 }, (_, i) => i),
    config,
  );
  assert.deepEqual(groups[0]!.map[0], [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(groups[1]!.map[1]![0], 49 + 7);
  assert.equal(groups[2]!.map[6]![6], 146);
  assert.equal(groups[0]!.sum, (48 * 49) / 2);
  assert.equal(combined[1]![2], 9 + (49 + 9) + (98 + 9));
});

test('an exported model explains as its checkpoint does, whatever its precision', async () => {
  await using source = await Poster.load(checkpoint);
  const expected = (await source.explain(photo)).combined.flat();
  for (const [precision, atol] of [
    ['fp32', 1e-6],
    ['fp16', 1e-3],
  ] as const) {
    const output = join(folder, `${precision}.onnx`);
    await exportModel({ checkpoint, output, precision, images: [photo] });
    await using exported = await Poster.load(output);
    const { combined } = await exported.explain(photo);
    assertClose(combined.flat(), expected, { rtol: 0, atol }, precision);
    await assert.rejects(exported.explain(photo, { method: 'grad-cam' }), {
      code: 'option.invalid',
      message: /^Expected a \.pth or \.safetensors checkpoint for grad-cam, got the ONNX model/,
    });
  }
});

test('a file exported before there was an attention still predicts and says what to do', async () => {
  await using poster = await Poster.load(writeOldExport(folder));
  assert.ok((await poster.predict(photo)).probability > 0);
  assert.equal(poster.explains, false);
  await assert.rejects(poster.explain(photo), (error) => {
    assert.ok(error instanceof PosterError);
    assert.equal(error.code, 'checkpoint.mismatch');
    assert.match(error.message, /output "attention" in .*old\.onnx.*export it again/);
    return true;
  });
});

test('wrong requests give one sentence', async () => {
  const poster = await Poster.load(checkpoint);
  const label = poster.labels[0]!;
  await assert.rejects(poster.explain(photo, { label }), {
    code: 'option.invalid',
    message: /Expected no label with the method attention/,
  });
  await assert.rejects(poster.explain(photo, { method: 'grad-cam', label: 'bored' }), {
    code: 'option.invalid',
    message: /Expected a label of .*got bored/,
  });
  await assert.rejects(poster.explain(photo, { method: 'lime' as 'attention' }), {
    code: 'option.invalid',
    message: 'Expected the method attention or grad-cam, got lime.',
  });
  await assert.rejects(poster.explain(join(folder, 'none.jpg')), { code: 'file.missing' });
  await poster.dispose();
  await assert.rejects(poster.explain(photo), { code: 'disposed' });
});
