/** Browser-safe. */
import { constant, type Graph, type Node, type Value } from '../graph.js';
import { storeHalf } from './store-half.js';

/** Weights smaller than this stay as they are: they weigh little. */
const smallestStored = 4096;

/** Steps from zero to the largest weight of a channel. */
const steps = 127;

/**
 * Stores the weights of convolutions and linear layers as 8-bit integers with a scale for each output channel,
 * and other large constants in half precision. They are widened where they are used and the arithmetic stays
 * float32, so that results differ by the rounding of the weights alone, no runtime needs integer kernels, and
 * none is slower: it widens them once, when it opens the model.
 */
export function storeInt8(graph: Graph): Graph {
  const widened = new Map<Value, Widened>();
  for (const node of graph.nodes) {
    const weight = node.inputs[1];
    const axis = outputAxis(node);
    if (axis === undefined || !weight || widened.has(weight)) continue;
    if (!(weight.constant instanceof Float32Array) || weight.constant.length < smallestStored) continue;
    widened.set(weight, widen(weight, weight.constant, axis, `int8_${widened.size}`));
  }
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((value) => (value && widened.get(value)?.output) ?? value),
  }));
  return storeHalf({ ...graph, nodes: [...[...widened.values()].flatMap((one) => one.nodes), ...nodes] });
}

/** The axis of a node's weight that counts its output channels: O x I x K x K or I x O. */
function outputAxis({ op }: Node): 0 | 1 | undefined {
  if (op === 'Conv') return 0;
  return op === 'MatMul' ? 1 : undefined;
}

interface Widened {
  readonly nodes: readonly Node[];
  readonly output: Value;
}

/** int8 -> float32 -> times the scale of its channel. */
function widen({ shape, name: known }: Value, values: Float32Array, axis: 0 | 1, spare: string): Widened {
  const name = known || spare;
  const { levels, scales } = quantise(values, shape, axis);
  const stored: Value = { name: `${name}.int8`, shape, constant: levels };
  const scale = constant(
    scales,
    shape.map((size, i) => (i === axis ? size : 1)),
    `${name}.scale`,
  );
  const cast: Value = { name: `${name}.cast`, shape };
  const output: Value = { name: `${name}.widened`, shape };
  return {
    output,
    nodes: [
      { op: 'Cast', inputs: [stored], output: cast, attributes: { to: 1 } },
      { op: 'Mul', inputs: [cast, scale], output, attributes: {} },
    ],
  };
}

/** Rounds each channel to the multiples of its own scale, from -127 to 127. */
function quantise(
  values: Float32Array,
  shape: readonly number[],
  axis: 0 | 1,
): { levels: Int8Array; scales: Float32Array } {
  const channels = shape[axis]!;
  const run = axis === 0 ? values.length / channels : 1; // neighbours of one channel
  const channelOf = (i: number) => Math.floor(i / run) % channels;
  const scales = new Float32Array(channels);
  for (let i = 0; i < values.length; i++) {
    const channel = channelOf(i);
    scales[channel] = Math.max(scales[channel]!, Math.abs(values[i]!));
  }
  for (let channel = 0; channel < channels; channel++) scales[channel] = scales[channel]! / steps || 1;
  const levels = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) levels[i] = Math.round(values[i]! / scales[channelOf(i)]!);
  return { levels, scales };
}
