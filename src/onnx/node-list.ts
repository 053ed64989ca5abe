/** The nodes of a graph while it is built. Browser-safe. */
import type { Shape } from '../tensor/host-tensor.js';
import type { Attribute, Node, Value } from './graph.js';

/** Adds a node and gives its output. */
export type AddNode = (
  op: string,
  inputs: readonly (Value | undefined)[],
  shape: Shape,
  attributes?: Readonly<Record<string, Attribute>>,
) => Value;

/** An empty list; outputs are named by operation and place. */
export function nodeList(): { readonly nodes: readonly Node[]; readonly add: AddNode } {
  const nodes: Node[] = [];
  const add: AddNode = (op, inputs, shape, attributes = {}) => {
    const output: Value = { name: `${op}_${nodes.length}`, shape };
    nodes.push({ op, inputs, output, attributes });
    return output;
  };
  return { nodes, add };
}
