/** Brings a graph, without changing what it computes, to the operations that have 8-bit kernels. Browser-safe. */
import {
  constant,
  floats,
  type Graph,
  indexGraph,
  int64Constant,
  type Node,
  type Value,
} from '../onnx/graph.js';

export function prepareGraph(graph: Graph): Graph {
  return linearToGemm(batchNormToConv(graph));
}

/** Normalisation that no convolution could take in becomes a depthwise one of 1 x 1. */
function batchNormToConv(graph: Graph): Graph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => (node.op === 'BatchNormalization' ? depthwise(node) : node)),
  };
}

function depthwise(node: Node): Node {
  const [x, ...rest] = node.inputs;
  const [weight, bias, mean, variance] = rest.map((value) => floats(value!));
  const { float: epsilon } = node.attributes.epsilon as { float: number };
  const channels = weight!.length;
  const scale = weight!.map((w, i) => w / Math.sqrt(variance![i]! + epsilon));
  const shift = bias!.map((b, i) => b - mean![i]! * scale[i]!);
  return {
    op: 'Conv',
    inputs: [x, constant(scale, [channels, 1, 1, 1]), constant(shift, [channels])],
    output: node.output,
    attributes: { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0], group: channels },
  };
}

/** x W + b over the last axis becomes one Gemm over rows, whose 8-bit kernel adds the bias itself. */
function linearToGemm(graph: Graph): Graph {
  const { makers, uses } = indexGraph(graph);
  const rowsOf = new Map<Value, Value>(); // one Reshape for all layers that read a value
  const replaced = new Set<Node>();
  const nodes = graph.nodes.flatMap((sum) => {
    const [left, bias] = sum.inputs;
    const product =
      sum.op === 'Add' && bias?.constant && bias.shape.length === 1 ? makers.get(left!) : undefined;
    const weight = product?.op === 'MatMul' ? product.inputs[1] : undefined;
    if (!weight?.constant || uses.get(left!) !== 1) return [sum];
    replaced.add(product!);
    return gemm(product!.inputs[0]!, weight, bias!, sum.output, rowsOf);
  });
  return { ...graph, nodes: nodes.filter((node) => !replaced.has(node)) };
}

/** B x N x inputs -> (B * N) x inputs -> (B * N) x outputs -> B x N x outputs. */
function gemm(x: Value, weight: Value, bias: Value, output: Value, rowsOf: Map<Value, Value>): Node[] {
  const [inputs, outputs] = weight.shape as [number, number];
  const node = (rows: Value, result: Value): Node => ({
    op: 'Gemm',
    inputs: [rows, weight, bias],
    output: result,
    attributes: {},
  });
  if (x.shape.length === 2) return [node(x, output)];
  const known = rowsOf.get(x);
  const rows = known ?? { name: `${x.name}_rows`, shape: [-1, inputs] };
  rowsOf.set(x, rows);
  const product: Value = { name: `${output.name}_rows_product`, shape: [-1, outputs] };
  return [...(known ? [] : [reshape(x, rows)]), node(rows, product), reshape(product, output)];
}

function reshape(from: Value, to: Value): Node {
  return { op: 'Reshape', inputs: [from, int64Constant(to.shape)], output: to, attributes: {} };
}
