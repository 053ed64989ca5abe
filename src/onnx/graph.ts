/**
 * A small ONNX graph in memory: what the recorder builds, the passes rewrite and the emitter writes.
 * Browser-safe.
 */
import type { Shape } from '../tensor/host-tensor.js';

/** The batch axis in a shape: its size is only known when the model runs. */
export const batchSize = -1;

/** A `Uint16Array` holds float16 bits. */
export type ConstantData = Float32Array | BigInt64Array | Int32Array | Uint16Array | Int8Array | Uint8Array;

/** A value of the graph; constants carry their elements. */
export interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly constant?: ConstantData;
}

export type Attribute = number | readonly number[] | { readonly float: number };

export interface Node {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly output: Value;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Graph {
  readonly input: Value;
  readonly nodes: readonly Node[];
  /** By the name under which the model returns them. */
  readonly outputs: ReadonlyMap<string, Value>;
}

/** A float32 constant; anonymous ones are named when the model is written. */
export function constant(values: Float32Array, shape: Shape, name = ''): Value {
  return { name, shape, constant: values };
}

export function int64Constant(values: readonly number[], shape: Shape = [values.length]): Value {
  return { name: '', shape, constant: BigInt64Array.from(values, BigInt) };
}

/** The elements of a float32 constant. */
export function floats(value: Value): Float32Array {
  if (!(value.constant instanceof Float32Array)) throw new Error(`${value.name} is not a float32 constant.`);
  return value.constant;
}

/** Nodes by the value they make, and the number of uses of every value, model outputs included. */
export function indexGraph({ nodes, outputs }: Graph): {
  makers: Map<Value, Node>;
  uses: Map<Value, number>;
} {
  const makers = new Map(nodes.map((node) => [node.output, node]));
  const uses = new Map<Value, number>();
  const use = (value: Value | undefined) => value && uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const node of nodes) node.inputs.forEach(use);
  for (const value of outputs.values()) use(value);
  return { makers, uses };
}

/** Drops the nodes that no output depends on. */
export function dropUnusedNodes(graph: Graph): Graph {
  const { makers } = indexGraph(graph);
  const needed = new Set<Node>();
  const pending = [...graph.outputs.values()];
  for (let value = pending.pop(); value; value = pending.pop()) {
    const node = makers.get(value);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    for (const input of node.inputs) if (input) pending.push(input);
  }
  return { ...graph, nodes: graph.nodes.filter((node) => needed.has(node)) };
}

/** The constants that the nodes use, each once, in the order of their use. */
export function graphConstants({ nodes }: Graph): Value[] {
  return [...new Set(nodes.flatMap((node) => node.inputs))].filter((value) => value?.constant) as Value[];
}
