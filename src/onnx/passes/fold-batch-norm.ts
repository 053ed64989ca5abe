/** Folds batch normalisation into the convolutions around it. Browser-safe. */
import { constant, floats, type Graph, indexGraph, type Node, type Value } from '../graph.js';

/** y = scale * x + shift, per channel: what batch normalisation is once its statistics stand still. */
interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

function affineOf(node: Node): Affine {
  const [, weight, bias, mean, variance] = node.inputs.map((value) =>
    value?.constant ? floats(value) : undefined,
  );
  const { float: epsilon } = node.attributes.epsilon as { float: number };
  const scale = Float64Array.from(weight!, (w, i) => w / Math.sqrt(variance![i]! + epsilon));
  const shift = Float64Array.from(bias!, (b, i) => b - mean![i]! * scale[i]!);
  return { scale, shift };
}

/** A convolution's bias as numbers to add to; zeros where it has none. */
function biasOf(convolution: Node): Float64Array {
  const [, weight, bias] = convolution.inputs;
  return bias ? Float64Array.from(floats(bias)) : new Float64Array(weight!.shape[0]!);
}

function withConstants(convolution: Node, weight: Value, bias: ArrayLike<number>): Node {
  const [x] = convolution.inputs;
  return { ...convolution, inputs: [x, weight, constant(Float32Array.from(bias), [bias.length])] };
}

/** Multiplies a weight (O x I x K x K) by factors of its output or of its input channels: a plain loop, for they are millions. */
function scaleWeight(weight: Value, channel: 'output' | 'input', factors: Float64Array): Value {
  const source = floats(weight);
  const [, inputs, height, width] = weight.shape as [number, number, number, number];
  const area = height * width;
  const scaled = new Float32Array(source.length);
  for (let start = 0, filter = 0; start < source.length; start += area, filter++) {
    const factor = factors[channel === 'output' ? Math.floor(filter / inputs) : filter % inputs]!;
    for (let i = start; i < start + area; i++) scaled[i] = source[i]! * factor;
  }
  return constant(scaled, weight.shape, weight.name);
}

/** Convolution, then normalisation: the normalisation scales the filters and moves the bias. */
export function foldFollowingBatchNorm(graph: Graph): Graph {
  const { makers, uses } = indexGraph(graph);
  const folded = new Set<Node>();
  const nodes = graph.nodes.map((node) => {
    const convolution = node.op === 'BatchNormalization' ? makers.get(node.inputs[0]!) : undefined;
    if (convolution?.op !== 'Conv' || uses.get(convolution.output) !== 1) return node;
    folded.add(convolution);
    const { scale, shift } = affineOf(node);
    const weight = scaleWeight(convolution.inputs[1]!, 'output', scale);
    const bias = biasOf(convolution).map((b, i) => b * scale[i]! + shift[i]!);
    return { ...withConstants(convolution, weight, bias), output: node.output };
  });
  return { ...graph, nodes: nodes.filter((node) => !folded.has(node)) };
}

/** A shift larger than this many standard deviations would cost the trunk its precision. */
const largestShift = 16;

/**
 * Residual units that start with normalisation: x -> normalise -> padded convolution, beside the shortcut.
 *
 * The scale moves into the convolution's filters. The shift cannot, since padding follows it: instead the
 * trunk itself carries x + shift / scale, which the convolutions on either side of the trunk add and take
 * away again through their biases, so that zero padding is again exact.
 */
export function foldLeadingBatchNorm(graph: Graph): Graph {
  const { makers, uses } = indexGraph(graph);
  const users = (value: Value) => graph.nodes.filter((node) => node.inputs.includes(value));
  const replacements = new Map<Node, Node>();
  const current = (node: Node) => replacements.get(node) ?? node;
  const dropped = new Set<Node>();

  /** The convolution behind one side of a residual sum, if its output goes nowhere else. */
  function convolutionInto(sum: Node | undefined, other?: Value): Node | undefined {
    if (sum?.op !== 'Add') return undefined;
    return sum.inputs
      .filter((value) => value !== other)
      .map((value) => makers.get(value!))
      .find((node) => node?.op === 'Conv' && uses.get(node.output) === 1);
  }

  function addToBias(convolution: Node, offset: Float64Array, sign: 1 | -1): void {
    const node = current(convolution);
    const bias = biasOf(node).map((b, i) => b + sign * offset[i]!);
    replacements.set(convolution, withConstants(node, node.inputs[1]!, bias));
  }

  for (const node of graph.nodes) {
    if (node.op !== 'BatchNormalization') continue;
    const trunk = node.inputs[0]!;
    const before = convolutionInto(makers.get(trunk));
    const nextSum = users(trunk).find((user) => user.op === 'Add');
    const after = convolutionInto(nextSum, trunk);
    const [first, ...others] = users(node.output);
    const onlyTheseUse = uses.get(trunk) === 2 && others.length === 0 && uses.get(node.output) === 1;
    if (!before || !after || first?.op !== 'Conv' || !onlyTheseUse) continue;
    const { scale, shift } = affineOf(node);
    const offset = shift.map((value, i) => value / scale[i]!);
    if (!isModest(offset, node)) continue;

    addToBias(before, offset, 1);
    addToBias(after, offset, -1);
    const convolution = current(first);
    const weight = scaleWeight(convolution.inputs[1]!, 'input', scale);
    replacements.set(first, { ...convolution, inputs: [trunk, weight, convolution.inputs[2]] });
    dropped.add(node);
  }
  return { ...graph, nodes: graph.nodes.filter((node) => !dropped.has(node)).map(current) };
}

function isModest(offset: Float64Array, batchNorm: Node): boolean {
  const mean = floats(batchNorm.inputs[3]!);
  const variance = floats(batchNorm.inputs[4]!);
  return offset.every(
    (value, i) => Math.abs(value) <= largestShift * (Math.abs(mean[i]!) + Math.sqrt(variance[i]!)),
  );
}
