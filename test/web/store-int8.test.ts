import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Poster } from '../../src/core/poster.js';
import { exportModel } from '../../src/export/export-model.js';
import { verificationImages } from '../../src/export/verification-images.js';
import { narrowConfig, publishedConfig } from '../../src/network/config.js';
import { type PosterV2, posterV2 } from '../../src/network/poster-v2.js';
import { buildGraph } from '../../src/onnx/build-graph.js';
import { emitModel } from '../../src/onnx/emit.js';
import { floats, type Graph, graphConstants, type Value } from '../../src/onnx/graph.js';
import { storeHalf } from '../../src/onnx/passes/store-half.js';
import { storeInt8 } from '../../src/onnx/passes/store-int8.js';
import { elementCount, float32Tensor, type HostTensor } from '../../src/tensor/host-tensor.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';
import { regeneratedStateDict } from '../support/regenerated.js';

const folder = await temporaryFolder();
const checkpoint = await writeNarrowCheckpoint(folder);
const images = await verificationImages(undefined);

function graphOf(network: PosterV2, weights: ReadonlyMap<string, HostTensor>): Graph {
  return buildGraph(network, (entry) => weights.get(entry.name)!, 'cpu');
}

test('every weight is within half a step of its value, and the largest of each channel is exact', () => {
  const network = posterV2(narrowConfig);
  const graph = graphOf(network, regeneratedStateDict(network));
  const originals = new Map(graph.nodes.map((node) => [node.output.name, node.inputs[1]]));
  const stored = storeInt8(graph);
  const makers = new Map(stored.nodes.map((node) => [node.output, node]));
  let compared = 0;
  for (const node of stored.nodes) {
    const widening = node.inputs[1] && makers.get(node.inputs[1]);
    if (widening?.op !== 'Mul' || !widening.output.name.endsWith('.widened')) continue;
    const [cast, scale] = widening.inputs as [Value, Value];
    const { constant: levels } = makers.get(cast)!.inputs[0]!;
    assertRounded(floats(originals.get(node.output.name)!), levels as Int8Array, scale);
    compared++;
  }
  assert.ok(compared > 20, `${compared} weights`);
});

/** `scale` is O x 1 x 1 x 1 for convolutions and 1 x O for linear layers. */
function assertRounded(original: Float32Array, levels: Int8Array, scale: Value): void {
  const scales = floats(scale);
  const run = scale.shape.length === 4 ? original.length / scales.length : 1;
  const largest = new Uint8Array(scales.length);
  original.forEach((value, i) => {
    const channel = Math.floor(i / run) % scales.length;
    const step = scales[channel]!;
    assert.ok(Math.abs(value - levels[i]! * step) <= step * 0.501, `${value} became ${levels[i]} x ${step}`);
    largest[channel] = Math.max(largest[channel]!, Math.abs(levels[i]!));
  });
  assert.ok(largest.every((level) => level === 127));
}

test('the published network fits the web: fp16 in 95 MB, int8 in 50 MB', () => {
  const network = posterV2(publishedConfig);
  const zeros = new Map(
    [...network.entries].map(([name, { shape, dtype }]): [string, HostTensor] => [
      name,
      dtype === 'int64'
        ? { dtype, shape, data: new Uint8Array(elementCount(shape) * 8) }
        : float32Tensor(new Float32Array(elementCount(shape)), shape),
    ]),
  );
  const graph = graphOf(network, zeros);
  const size = (shrunk: Graph) => emitModel(shrunk, { producerVersion: 'test', metadata: {} }).length;
  const half = size(storeHalf(graph));
  const quantised = storeInt8(graph);
  const int8 = size(quantised);
  assert.ok(half > 80e6 && half <= 95e6, `${half} bytes`);
  assert.ok(int8 > 40e6 && int8 <= 50e6, `${int8} bytes`);
  const whole = graphConstants(quantised).filter(({ constant }) => constant instanceof Float32Array);
  assert.ok(whole.every((value) => elementCount(value.shape) < 4096));
});

test('export --precision int8-weights reports what it changes, in a much smaller file', async () => {
  const output = join(folder, 'small.onnx');
  const { agreement, bytes } = await exportModel({ checkpoint, output, images, precision: 'int8-weights' });
  const whole = await exportModel({ checkpoint, output: join(folder, 'whole.onnx'), images });
  assert.ok(bytes < whole.bytes * 0.45, `${bytes} of ${whole.bytes} bytes`); // the graph itself weighs in a narrow one
  assert.equal(agreement.images, images.length);
  assert.ok(agreement.largestDifference > 0 && agreement.largestDifference < 0.05);
  await using small = await Poster.load(output);
  await using exact = await Poster.load(join(folder, 'whole.onnx'));
  const differences: number[] = [];
  for (const image of images) {
    const [a, b] = [await small.predict(image), await exact.predict(image)];
    differences.push(
      ...Object.entries(a.probabilities).map(([label, value]) => Math.abs(value - b.probabilities[label]!)),
    );
  }
  assert.ok(
    Math.abs(Math.max(...differences) - agreement.largestDifference) < 1e-4,
    'the report tells the truth',
  );
});

test('int8-weights is for ONNX files alone', async () => {
  const output = join(folder, 'small.pth');
  await assert.rejects(exportModel({ checkpoint, output, images, precision: 'int8-weights' }), {
    code: 'option.invalid',
    message: /got int8-weights, which needs a graph; export to \.onnx\./,
  });
  assert.ok(!existsSync(output));
});
