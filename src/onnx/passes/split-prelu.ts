/** Browser-safe. */
import { constant, floats, type Graph, type Node, type Value } from '../graph.js';

/**
 * prelu(x) = slope * x + relu((1 - slope) * x) for slopes up to 1: two depthwise 1 x 1 convolutions, which
 * ONNX Runtime keeps in its blocked layout and threads, where its PRelu kernel does neither.
 */
export function splitPrelu(graph: Graph): Graph {
  return { ...graph, nodes: graph.nodes.flatMap((node) => (isSplittable(node) ? split(node) : [node])) };
}

function isSplittable(node: Node): boolean {
  return node.op === 'PRelu' && floats(node.inputs[1]!).every((slope) => slope <= 1);
}

function split({ inputs, output }: Node): Node[] {
  const [x, slopes] = inputs as [Value, Value];
  const slope = floats(slopes);
  const name = (part: string): Value => ({ name: `${output.name}_${part}`, shape: output.shape });
  const rest = perChannel(
    x,
    slope.map((a) => 1 - a),
    name('rest'),
  );
  const positive: Node = { op: 'Relu', inputs: [rest.output], output: name('positive'), attributes: {} };
  const linear = perChannel(x, slope, name('linear'));
  return [
    rest,
    positive,
    linear,
    { op: 'Add', inputs: [linear.output, positive.output], output, attributes: {} },
  ];
}

function perChannel(x: Value, factors: Float32Array, output: Value): Node {
  const weight = constant(factors, [factors.length, 1, 1, 1]);
  const attributes = { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], group: factors.length };
  return { op: 'Conv', inputs: [x, weight], output, attributes };
}
