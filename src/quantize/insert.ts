/** Writes a placement into the graph as QuantizeLinear and DequantizeLinear nodes. Browser-safe. */
import { constant, floats, type Graph, type Node, type Value } from '../onnx/graph.js';
import type { Placement } from './place.js';
import type { ActivationScale } from './ranges.js';
import { minScaleForBias, quantizeBias, quantizeWeights, type WeightLevels } from './weights.js';

export type Scales = ReadonlyMap<Value, ActivationScale>;

/** @param scales of every value that {@link Placement.values} maps to */
export function insertQuantization(
  graph: Graph,
  { weighted, values, makers }: Placement,
  scales: Scales,
  steps: WeightLevels,
): Graph {
  const nodes: Node[] = [];
  const widened = new Map<Value, Value>(); // by 8-bit value: what reads it in float32
  const only = new Set<Value>([...makers].map(({ output }) => output));

  function quantize(value: Value): void {
    const scale = scales.get(values.get(value)!)!;
    const stored: Value = { name: `${value.name}_q`, shape: value.shape };
    const back: Value = { name: `${value.name}_dq`, shape: value.shape };
    const parameters = scaleConstants(scale);
    nodes.push({ op: 'QuantizeLinear', inputs: [value, ...parameters], output: stored, attributes: {} });
    nodes.push({ op: 'DequantizeLinear', inputs: [stored, ...parameters], output: back, attributes: {} });
    widened.set(value, back);
  }

  if (values.has(graph.input)) quantize(graph.input);
  for (const node of graph.nodes) {
    const inBits = weighted.has(node) || makers.has(node);
    const read = (value: Value | undefined) =>
      value && (inBits || only.has(value)) ? (widened.get(value) ?? value) : value;
    const inputs = node.inputs.map(read);
    if (weighted.has(node)) {
      const { scale } = scales.get(values.get(node.inputs[0]!)!)!;
      const { added, operands } = quantizeOperands(node, scale, steps);
      nodes.push(...added, { ...node, inputs: [inputs[0], ...operands] });
    } else nodes.push({ ...node, inputs });
    if (values.has(node.output)) quantize(node.output);
  }
  const outputs = new Map(
    [...graph.outputs].map(([name, value]) => [name, only.has(value) ? widened.get(value)! : value]),
  );
  return { ...graph, nodes, outputs };
}

function scaleConstants({ scale, zeroPoint }: ActivationScale): [Value, Value] {
  return [constant(Float32Array.of(scale), []), { name: '', shape: [], constant: Uint8Array.of(zeroPoint) }];
}

interface Operands {
  readonly added: readonly Node[];
  readonly operands: readonly Value[];
}

/** The weight and bias of a node, each behind a DequantizeLinear. */
function quantizeOperands({ op, inputs, output }: Node, inputScale: number, steps: WeightLevels): Operands {
  const [, weight, bias] = inputs as [Value, Value, Value | undefined];
  const axis = op === 'Conv' ? 0 : 1; // O x I x K x K, or I x O
  const biases = bias && floats(bias);
  const least = (channel: number) => (biases ? minScaleForBias(biases[channel]!, inputScale) : 0);
  const { levels, scales } = quantizeWeights(floats(weight), weight.shape, axis, steps, least);
  const name = weight.name || output.name;
  const zeros = new Int8Array(scales.length);
  const parts = [dequantize(`${name}.weight`, weight, levels, scales, zeros, axis)];
  if (biases) {
    const stored = quantizeBias(biases, inputScale, scales);
    parts.push(
      dequantize(`${name}.bias`, bias, stored.levels, stored.scales, new Int32Array(scales.length), 0),
    );
  }
  return { added: parts, operands: parts.map((part) => part.output) };
}

function dequantize(
  name: string,
  { shape }: Value,
  levels: Int8Array | Int32Array,
  scales: Float32Array,
  zeros: Int8Array | Int32Array,
  axis: number,
): Node {
  const channels = [scales.length];
  return {
    op: 'DequantizeLinear',
    inputs: [
      { name: `${name}_q`, shape, constant: levels },
      constant(scales, channels, `${name}_scale`),
      { name: `${name}_zero`, shape: channels, constant: zeros },
    ],
    output: { name: `${name}_dq`, shape },
    attributes: { axis },
  };
}
