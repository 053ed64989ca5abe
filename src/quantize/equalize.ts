/**
 * Brings the channels of a map to ranges alike, so that all use the 256 levels that they share: the convolutions that
 * make a map scale its channels, those that read it scale them back (Nagel et al., arXiv 1906.04721). What the graph
 * computes stays the same. Browser-safe.
 */
import { constant, floats, type Graph, type Node, type Value } from '../onnx/graph.js';

/** The range of each channel of a map. */
export type ChannelRanges = (value: Value) => Float32Array | undefined;

/** How far ranges are brought together where the weights that read them pay for it: half way, in powers. */
const share = 0.5;

/** A channel's range over the largest, below which it is not lifted further. */
const least = 1e-3;

export function equalizeChannels(graph: Graph, rangesOf: ChannelRanges): Graph {
  const scales = new Map<Value, Float32Array>();
  for (const group of groupsOf(graph)) {
    const ranges = group.values.map(rangesOf).filter((range) => range !== undefined);
    if (!group.isFree || ranges.length === 0) continue;
    const factors = factorsOf(ranges, group.readers.every(isDepthwise) ? 1 : share);
    for (const value of group.values) scales.set(value, factors);
  }
  return { ...graph, nodes: graph.nodes.map((node) => (node.op === 'Conv' ? rescale(node, scales) : node)) };
}

/** By how much each channel is divided: 1 for the widest. */
function factorsOf(ranges: readonly Float32Array[], power: number): Float32Array {
  const widest = ranges[0]!.map((_, channel) => Math.max(...ranges.map((each) => each[channel]!)));
  const largest = Math.max(...widest);
  return widest.map((range) => (largest > 0 ? Math.max(range / largest, least) ** power : 1));
}

/** Values whose channels must be scaled alike, for they are added or only pass through. */
interface Group {
  readonly values: Value[];
  readonly readers: Node[];
  /** Whether convolutions alone make and read them. */
  isFree: boolean;
}

/** Operations on channels that a positive factor passes through unchanged. */
const passing = new Set(['Relu', 'Add', 'Slice']);

function groupsOf(graph: Graph): Set<Group> {
  const groups = new Map<Value, Group>();
  const groupOf = (value: Value): Group => {
    const known = groups.get(value);
    if (known) return known;
    const group: Group = { values: [value], readers: [], isFree: value !== graph.input };
    groups.set(value, group);
    return group;
  };
  const join = (a: Group, b: Group) => {
    if (a === b) return;
    a.values.push(...b.values);
    a.readers.push(...b.readers);
    a.isFree &&= b.isFree;
    for (const value of b.values) groups.set(value, a);
  };
  for (const node of graph.nodes) {
    const inputs = node.inputs.filter((value): value is Value => value !== undefined && !value.constant);
    if (node.op === 'Conv') {
      groupOf(inputs[0]!).readers.push(node);
      groupOf(node.output);
    } else if (passing.has(node.op) && node.output.shape.length === 4 && readsMaps(node)) {
      for (const input of inputs) join(groupOf(node.output), groupOf(input));
    } else for (const value of [...inputs, node.output]) groupOf(value).isFree = false;
  }
  for (const value of graph.outputs.values()) groupOf(value).isFree = false;
  return new Set(groups.values());
}

/** Whether nothing but maps is added, for a constant would have to be scaled too. */
function readsMaps({ op, inputs }: Node): boolean {
  return op !== 'Add' || inputs.every((value) => value && !value.constant);
}

function isDepthwise({ attributes, inputs }: Node): boolean {
  return attributes.group === inputs[1]!.shape[0] && inputs[1]!.shape[1] === 1;
}

/** Multiplies a weight's input channels by their factors and divides its output channels by theirs. */
function rescale(node: Node, scales: ReadonlyMap<Value, Float32Array>): Node {
  const [x, weight, bias] = node.inputs as [Value, Value, Value | undefined];
  const read = scales.get(x);
  const made = scales.get(node.output);
  if (!read && !made) return node;
  const [outputs, inputs, height, width] = weight.shape as [number, number, number, number];
  const area = height * width;
  const perGroup = outputs / (node.attributes.group as number);
  const values = floats(weight).map((value, i) => {
    const filter = Math.floor(i / area);
    const output = Math.floor(filter / inputs);
    const input = Math.floor(output / perGroup) * inputs + (filter % inputs);
    return (value * (read?.[input] ?? 1)) / (made?.[output] ?? 1);
  });
  const scaled = constant(values, weight.shape, weight.name);
  const shifted =
    bias && made
      ? constant(
          floats(bias).map((b, i) => b / made[i]!),
          bias.shape,
          bias.name,
        )
      : bias;
  return { ...node, inputs: [x, scaled, ...(shifted ? [shifted] : [])] };
}
