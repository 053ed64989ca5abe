/**
 * Which nodes of a graph run in 8 bits, and which values lie between them. Placed as ONNX Runtime's pattern matcher
 * expects them, so that no value goes back to float32 between two 8-bit kernels. Browser-safe.
 */
import { type Graph, indexGraph, type Node, type Value } from '../onnx/graph.js';

/** A convolution or linear layer, with the activation split off it (see `splitPrelu`). */
export interface Layer {
  /** The state-dict name of its weight. */
  readonly name: string;
  readonly nodes: readonly Node[];
}

/** A graph's layers in the order in which they run. */
export function layersOf(graph: Graph): Layer[] {
  const { makers } = indexGraph(graph);
  const layers = new Map<string, Node[]>();
  const names = new Map<Node, string>();
  for (const node of graph.nodes) {
    if (!hasWeights(node)) continue;
    const name = node.inputs[1]!.name || names.get(makers.get(node.inputs[0]!)!) || node.output.name;
    names.set(node, name);
    const known = layers.get(name);
    if (known) known.push(node);
    else layers.set(name, [node]);
  }
  return [...layers].map(([name, nodes]) => ({ name, nodes }));
}

function hasWeights({ op, inputs }: Node): boolean {
  return (op === 'Conv' || op === 'Gemm') && inputs[1]?.constant instanceof Float32Array;
}

export interface Placement {
  /** Convolutions and linear layers in 8 bits. */
  readonly weighted: ReadonlySet<Node>;
  /** Values in 8 bits. Where one only has another's elements, it maps to that, whose scale it shares; else to itself. */
  readonly values: ReadonlyMap<Value, Value>;
  /** Nodes whose result is made in 8 bits and exists in no other form. */
  readonly makers: ReadonlySet<Node>;
}

/** @param keep names of layers that stay in float32 */
export function place(graph: Graph, layers: readonly Layer[], keep: ReadonlySet<string>): Placement {
  const index = indexGraph(graph);
  const weighted = new Set(layers.filter(({ name }) => !keep.has(name)).flatMap(({ nodes }) => nodes));
  const makers = new Set<Node>();
  const values = new Map<Value, Value>();
  const wanted = new Set([...weighted].map((node) => node.inputs[0]!));

  for (const value of wanted) if (value === graph.input) values.set(value, value);
  for (const node of graph.nodes) {
    const [first, second] = node.inputs as [Value, Value];
    const isFolded =
      node.op === 'Conv' && index.uses.get(node.output) === 1 && onlyUser(graph, node)?.op === 'Relu';
    const inBits =
      (node.op === 'Conv' && weighted.has(node) && !isFolded) ||
      (node.op === 'Relu' && weighted.has(index.makers.get(first)!)) ||
      (node.op === 'Add' && values.has(first) && values.has(second) && wanted.has(node.output));
    if (inBits) makers.add(node);
    if (node.op === 'Slice' && values.has(first)) {
      makers.add(node);
      values.set(node.output, values.get(first)!);
    } else if (inBits || wanted.has(node.output)) values.set(node.output, node.output);
  }
  return { weighted, values, makers };
}

function onlyUser(graph: Graph, node: Node): Node | undefined {
  return graph.nodes.find(({ inputs }) => inputs.includes(node.output));
}
