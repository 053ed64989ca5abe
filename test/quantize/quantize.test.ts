import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { smallConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { buildGraph } from '../../src/onnx/build-graph.js';
import { emitModel } from '../../src/onnx/emit.js';
import type { Graph, Value } from '../../src/onnx/graph.js';
import { openModel } from '../../src/onnx/runtime.js';
import { calibrate } from '../../src/quantize/calibrate.js';
import { chooseKept } from '../../src/quantize/choose.js';
import { differenceOf, probabilitiesOf } from '../../src/quantize/difference.js';
import { equalizeChannels } from '../../src/quantize/equalize.js';
import { layersOf, place } from '../../src/quantize/place.js';
import { prepareGraph } from '../../src/quantize/prepare-graph.js';
import { hasVnni } from '../../src/quantize/processor.js';
import { quantizeGraph } from '../../src/quantize/quantize.js';
import { float32Tensor, toFloat32 } from '../../src/tensor/host-tensor.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { regenerate, regeneratedStateDict } from '../support/regenerated.js';

const network = posterV2(smallConfig);
const weights = regeneratedStateDict(network);
const graph = buildGraph(network, (entry) => weights.get(entry.name)!, 'cpu');
const values = 3 * smallConfig.imageSize ** 2;
const faces = Array.from({ length: 20 }, (_, i) => regenerate(i, 'face', values, (u) => 2 * u));

/** No layer has to stay in float32 for it. */
const any = { sameClass: 0, totalVariation: 1 };

async function logitsOf(graph: Graph): Promise<Float32Array> {
  const model = await openModel(emitModel(graph, { producerVersion: '0', metadata: {} }), { threads: 1 });
  const shape = [1, 3, smallConfig.imageSize, smallConfig.imageSize];
  const { logits } = await model.run({ images: { values: faces[0]!, shape } });
  await model.release();
  return logits!.values;
}

function assertNear(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(actual[i]! - value) <= tolerance, `${actual[i]} is not ${value}`);
}

/** The graph with its head's weights halved: it says something else. */
const halved = buildGraph(
  network,
  (entry) => {
    const tensor = weights.get(entry.name)!;
    if (entry.name !== 'VIT.head.linear.weight') return tensor;
    return float32Tensor(
      toFloat32(tensor).map((value) => value / 2),
      entry.shape,
    );
  },
  'cpu',
);

const prepared = prepareGraph(graph);
const layers = layersOf(prepared);

test('a graph prepared for 8 bits says the same, in convolutions and Gemm alone', async () => {
  assert.ok(prepared.nodes.every(({ op }) => op !== 'BatchNormalization'));
  const products = prepared.nodes.filter(({ op, inputs }) => op === 'MatMul' && inputs[1]?.constant);
  assert.deepEqual(products, []);
  assertNear(await logitsOf(prepared), await logitsOf(graph), 1e-5);
});

test('channels brought to ranges alike say the same', async () => {
  const { values } = place(prepared, layers, new Set());
  const maps = [...values.keys()].filter(({ shape }) => shape.length === 4);
  const observed = await calibrate(prepared, maps, faces.slice(0, 4), { threads: 1 });
  const widths = (value: Value) => observed.get(value)?.channelWidths;
  const equalized = equalizeChannels(prepared, widths);
  assertNear(await logitsOf(equalized), await logitsOf(graph), 1e-4);

  const again = await calibrate(equalized, maps.filter(isMade), faces.slice(0, 4), { threads: 1 });
  const unevenness = (found: typeof observed) =>
    [...again.keys()].reduce((sum, value) => sum + spreadOf(found.get(value)!.channelWidths), 0);
  assert.ok(
    unevenness(again) < 0.8 * unevenness(observed),
    `${unevenness(again)} of ${unevenness(observed)}`,
  );
});

function isMade(value: Value): boolean {
  return value !== prepared.input;
}

/** The largest over the mean. */
function spreadOf(widths: Float32Array): number {
  return (Math.max(...widths) * widths.length) / widths.reduce((a, b) => a + b, 0);
}

test('every convolution and linear layer is placed in 8 bits, and what stays in fp32 is not', () => {
  const all = place(prepared, layers, new Set());
  const counted = prepared.nodes.filter(({ op }) => op === 'Conv' || op === 'Gemm').length;
  assert.equal(all.weighted.size, counted);
  const some = place(prepared, layers, new Set([layers[0]!.name]));
  assert.equal(some.weighted.size, counted - layers[0]!.nodes.length);
});

test('a quantized graph says nearly the same, and names its layers', async () => {
  const found = await quantizeGraph(graph, { faces, threads: 1, bound: any });
  assert.deepEqual([found.layers, found.quantizedLayers, found.faces], [layers.length, layers.length, 20]);
  const options = { threads: 1 };
  const measured = differenceOf(
    await probabilitiesOf(graph, faces, options),
    await probabilitiesOf(found.graph, faces, options),
  );
  assert.deepEqual(measured, found.difference);
  assert.ok(measured.totalVariation > 0 && measured.totalVariation <= 0.02, `${measured.totalVariation}`);
  const kinds = found.graph.nodes.flatMap(({ inputs }) =>
    inputs.map((value) => value?.constant?.constructor.name),
  );
  for (const kind of ['Int8Array', 'Uint8Array', 'Int32Array']) assert.ok(kinds.includes(kind), kind);

  await assert.rejects(quantizeGraph(found.graph, { faces }), {
    code: 'option.invalid',
    message: /got one that is quantized already; start from the checkpoint/,
  });
});

test('of layers that are too far off, those that help most stay in fp32', async () => {
  const few = layers.filter(({ name }) => /^(ir_back.input_layer|VIT.head)/.test(name));
  assert.equal(few.length, 2);
  const asked: string[][] = [];
  const scale = (kept: ReadonlySet<string>): Graph => {
    asked.push([...kept]);
    return kept.has('VIT.head.linear.weight') ? graph : halved;
  };
  const options = { threads: 1, faces: faces.slice(0, 2), bound: { sameClass: 0, totalVariation: 1e-9 } };
  const expected = await probabilitiesOf(graph, options.faces, options);
  const { kept, difference } = await chooseKept(few, scale, { ...options, expected });
  assert.deepEqual(
    kept.map(({ name }) => name),
    ['VIT.head.linear'],
  );
  assert.deepEqual(difference, { sameClass: 1, totalVariation: 0 });
  assert.deepEqual(
    asked.map(({ length }) => length),
    [0, 1, 1, 1],
  );
});

test('with 7 bits no weight lies beyond 64', async () => {
  const { graph: narrow } = await quantizeGraph(graph, {
    faces,
    threads: 1,
    bound: any,
    weightBits: 7,
    ranges: 'min-max',
  });
  for (const { inputs } of narrow.nodes)
    for (const value of inputs)
      if (value?.constant instanceof Int8Array)
        assert.ok(value.constant.every((level) => Math.abs(level) <= 64));
});

test('too few faces to calibrate on are refused', async () => {
  await assert.rejects(quantizeGraph(graph, { faces: faces.slice(0, 15) }), {
    code: 'option.invalid',
    message:
      'Expected at least 16 faces to calibrate on, and better 200 to 500, got 15; name a folder with more.',
  });
});

test('values that overflow are named', async () => {
  const infinite = faces[0]!.map(() => Number.MAX_VALUE);
  await assert.rejects(quantizeGraph(graph, { faces: [infinite, ...faces], threads: 1 }), {
    code: 'engine.failed',
    message:
      /^Expected numbers in the network's value .*; the weights have diverged: use an earlier checkpoint\.$/,
  });
});

test('VNNI is read from the processor', async () => {
  const cpuinfo = join(await temporaryFolder(), 'cpuinfo');
  const says = async (flags: string) => {
    await writeFile(cpuinfo, `processor\t: 0\nflags\t\t: fpu sse2 ${flags}\nbugs\t\t:\n`);
    return hasVnni('x64', cpuinfo);
  };
  assert.equal(await says('avx2 avx512f'), false);
  assert.equal(await says('avx512f avx512_vnni'), true);
  assert.equal(await says('avx2 avx_vnni'), true);
  assert.equal(await hasVnni('x64', join(cpuinfo, 'absent')), false);
  assert.equal(await hasVnni('arm64', join(cpuinfo, 'absent')), true);
});
