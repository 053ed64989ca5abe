import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchSize, constant, type Graph, type Node, type Value } from '../../src/onnx/graph.js';
import { foldFollowingBatchNorm, foldLeadingBatchNorm } from '../../src/onnx/passes/fold-batch-norm.js';
import { splitPrelu } from '../../src/onnx/passes/split-prelu.js';
import { storeHalf } from '../../src/onnx/passes/store-half.js';
import { assertClose } from '../support/close.js';
import { regenerate } from '../support/regenerated.js';
import { runGraph } from '../support/run-graph.js';

const channels = 4;
const side = 6;
const shape = [batchSize, channels, side, side];
const images: Value = { name: 'images', shape: [batchSize, 3, 224, 224] };
const pixels = regenerate(1, 'pixels', 3 * 224 * 224, (u) => u);

const numbers = (name: string, size: readonly number[], of: (u: number) => number = (u) => u) =>
  constant(regenerate(2, name, size.reduce((a, b) => a * b, 1), of), size, name); // biome-ignore format: one line

let made = 0;
const value = (of: readonly number[] = shape): Value => ({ name: `value_${made++}`, shape: of });

const node = (op: string, inputs: (Value | undefined)[], attributes: Node['attributes'] = {}): Node => ({
  ...{ op, inputs, attributes },
  output: value(),
});

/** Padded 3 x 3 convolution; the padding is what makes folding a shift hard. */
const convolution = (x: Value, name: string, bias = true): Node =>
  node(
    'Conv',
    [
      x,
      numbers(`${name}.weight`, [channels, channels, 3, 3]),
      bias ? numbers(`${name}.bias`, [channels]) : undefined,
    ],
    { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], group: 1 },
  );

/** Normalisation whose statistics differ by channel. @param mean of the channels; the shift is in proportion */
const normalisation = (x: Value, mean = 1): Node =>
  node(
    'BatchNormalization',
    [
      x,
      numbers('scale', [channels], (u) => 1 + 0.5 * u),
      numbers('shift', [channels], (u) => mean * u),
      numbers('mean', [channels], (u) => 0.1 * u),
      numbers('variance', [channels], (u) => 0.75 + 0.5 * Math.abs(u)),
    ],
    { epsilon: { float: 1e-5 } },
  );

/** The beginning of every graph: images to 4 channels of 6 x 6. */
function stem(): Node {
  const attributes = { kernel_shape: [39, 39], strides: [37, 37], pads: [0, 0, 0, 0], group: 1 };
  const weight = numbers('stem', [channels, 3, 39, 39], (u) => u / 50);
  return node('Conv', [images, weight], attributes);
}

const graphOf = (nodes: Node[], ...outputs: Node[]): Graph => ({
  ...{ input: images, nodes },
  outputs: new Map(
    (outputs.length > 0 ? outputs : nodes.slice(-1)).map(({ output }, i) => [`out${i}`, output]),
  ),
});

const countOf = ({ nodes }: Graph, op: string) => nodes.filter((one) => one.op === op).length;

/** Asserts that a pass changes nothing of what a graph computes, and returns what it made of it. */
async function assertSame(pass: (graph: Graph) => Graph, graph: Graph): Promise<Graph> {
  const rewritten = pass(graph);
  const [before, after] = [await runGraph(graph, pixels, 1), await runGraph(rewritten, pixels, 1)];
  for (const [name, expected] of before) {
    assert.ok(
      expected.some((v) => Math.abs(v) > 0.1),
      `${name} is not all zero`,
    );
    assertClose(after.get(name)!, expected, { rtol: 1e-4, atol: 1e-4 }, name);
  }
  return rewritten;
}

for (const bias of [true, false]) {
  test(`normalisation after a convolution ${bias ? 'with' : 'without'} a bias goes into it`, async () => {
    const first = stem();
    const second = convolution(first.output, 'conv', bias);
    const graph = graphOf([first, second, normalisation(second.output)]);
    const folded = await assertSame(foldFollowingBatchNorm, graph);
    assert.deepEqual(
      folded.nodes.map(({ op }) => op),
      ['Conv', 'Conv'],
    );
    assert.equal(folded.outputs.get('out0'), folded.nodes[1]!.output, 'under the same name');
  });
}

test('a convolution that something else reads, too, stays as it is', async () => {
  const first = stem();
  const normalised = normalisation(first.output);
  const sum = node('Add', [first.output, normalised.output]);
  const graph = graphOf([first, normalised, sum]);
  assert.deepEqual(await assertSame(foldFollowingBatchNorm, graph), graph);
  const twice = graphOf([first, normalised], first, normalised); // one reader, and an output of the model
  assert.deepEqual(await assertSame(foldFollowingBatchNorm, twice), twice);
});

/** Two residual units, of which the second starts with normalisation, between convolutions. */
function residualUnits(mean: number) {
  const first = stem();
  const before = convolution(first.output, 'before');
  const trunk = node('Add', [first.output, before.output]);
  const normalised = normalisation(trunk.output, mean);
  const inner = convolution(normalised.output, 'inner', false);
  const active = node('Relu', [inner.output]);
  const after = convolution(active.output, 'after', false);
  const sum = node('Add', [trunk.output, after.output]);
  return { nodes: [first, before, trunk, normalised, inner, active, after, sum], trunk };
}

test('normalisation at the start of a residual unit goes into the convolutions around it', async () => {
  const graph = graphOf(residualUnits(1).nodes);
  const folded = await assertSame(foldLeadingBatchNorm, graph);
  assert.equal(countOf(graph, 'BatchNormalization') - countOf(folded, 'BatchNormalization'), 1);
  assert.equal(folded.nodes.length, graph.nodes.length - 1);
});

test('it stays where the trunk would lose precision, or where another reads the trunk', async () => {
  const far = graphOf(residualUnits(1000).nodes);
  assert.deepEqual(foldLeadingBatchNorm(far).nodes, far.nodes);
  const { nodes, trunk } = residualUnits(1);
  const read = graphOf(nodes, nodes.at(-1)!, trunk);
  assert.deepEqual(foldLeadingBatchNorm(read).nodes, read.nodes);
});

test('PRelu becomes two convolutions and a Relu for slopes up to 1, negative ones included', async () => {
  const first = stem();
  const prelu = (slopes: number[]) =>
    node('PRelu', [first.output, constant(Float32Array.from(slopes), [channels, 1, 1])]);
  const graph = graphOf([first, prelu([0.25, -0.5, 0, 1])]);
  const split = await assertSame(splitPrelu, graph);
  assert.deepEqual(
    split.nodes.map(({ op }) => op),
    ['Conv', 'Conv', 'Relu', 'Conv', 'Add'],
  );
  const steep = graphOf([first, prelu([0.25, 0.5, 0, 1.5])]);
  assert.deepEqual(await assertSame(splitPrelu, steep), steep);
});

test('large weights are stored as the nearest halves and widened once; small ones stay', async () => {
  const first = stem();
  const second = convolution(first.output, 'conv');
  const graph = graphOf([first, second]);
  const stored = storeHalf(graph);
  assert.deepEqual(
    stored.nodes.map(({ op }) => op),
    ['Cast', 'Conv', 'Conv'],
  );
  assert.equal(stored.nodes[0]!.output, stored.nodes[1]!.inputs[1]);
  assert.ok(stored.nodes[0]!.inputs[0]!.constant instanceof Uint16Array);
  assert.deepEqual(stored.nodes[2], second);
  const [exact, halved] = [await runGraph(graph, pixels, 1), await runGraph(stored, pixels, 1)];
  assertClose(halved.get('out0')!, exact.get('out0')!, { rtol: 1e-2, atol: 1e-2 });
  assert.notDeepEqual(halved, exact);
});
