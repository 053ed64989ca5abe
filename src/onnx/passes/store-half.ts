/** Browser-safe. */
import { toHalf } from '../../tensor/half.js';
import { type Graph, graphConstants, type Node, type Value } from '../graph.js';

/** Constants smaller than this stay as they are: biases and scales weigh little and matter much. */
const smallestStored = 4096;

/**
 * Stores the large weights in half precision and widens them where they are used. The arithmetic stays
 * float32 on every device, so that results differ by the rounding of the weights alone; a runtime widens them
 * once, when it opens the model.
 */
export function storeHalf(graph: Graph): Graph {
  const casts = new Map<Value, Node>();
  for (const value of graphConstants(graph)) {
    if (!(value.constant instanceof Float32Array) || value.constant.length < smallestStored) continue;
    const name = value.name || `weight_${casts.size}`;
    const half: Value = { name: `${name}.half`, shape: value.shape, constant: toHalf(value.constant, name) };
    const output: Value = { name: `${name}.widened`, shape: value.shape };
    casts.set(value, { op: 'Cast', inputs: [half], output, attributes: { to: 1 } });
  }
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((value) => (value && casts.get(value)?.output) ?? value),
  }));
  return { ...graph, nodes: [...casts.values(), ...nodes] };
}
