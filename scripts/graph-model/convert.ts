/**
 * From a TensorFlow.js graph model to the graph that the ONNX engine emits: channels move from the last axis to
 * the second, everything else keeps its meaning. Only the operations that face models use are known.
 * Browser-safe.
 */
import { batchSize, constant, type Graph, int64Constant, type Value } from '../../src/onnx/graph.js';
import { type AddNode, nodeList } from '../../src/onnx/node-list.js';
import { elementAt, elementCount, type HostTensor, toFloat32 } from '../../src/tensor/host-tensor.js';
import { windowPadding } from './padding.js';
import { decodeText, type GraphModel, type GraphModelNode } from './topology.js';

/** Where an output of the ONNX model comes from: its name there -> its node in the graph model. */
export type OutputNodes = Readonly<Record<string, string>>;

type Inputs = readonly [Value, ...Value[]];

/**
 * @param weights the tensors of the weights file, by name
 * @returns a graph with the input `images` (batch x channels x height x width) and the outputs named
 * @throws Error when the model uses an operation or a setting that is not known here
 */
export function convertGraphModel(
  model: GraphModel,
  weights: ReadonlyMap<string, HostTensor>,
  outputs: OutputNodes,
): Graph {
  const byName = new Map(model.modelTopology.node.map((node) => [node.name, node]));
  const { nodes, add } = nodeList();
  const values = new Map<string, Value>();
  const input = inputValue(model);

  function valueNamed(name: string): Value {
    const known = values.get(name);
    if (known) return known;
    const node = byName.get(name);
    if (!node) throw new Error(`The graph model has no node ${name}.`);
    const value = node.op === 'Placeholder' ? input : convertNode(node);
    values.set(name, value);
    return value;
  }

  function convertNode(node: GraphModelNode): Value {
    const convert = operations[node.op];
    if (!convert) throw new Error(`The graph model uses ${node.op}, which has no counterpart here.`);
    const parameters = node.input.filter((name) => weights.has(name)).map((name) => weights.get(name)!);
    const inputs = node.input.filter((name) => !weights.has(name)).map(valueNamed);
    return convert({ add, node, inputs: inputs as unknown as Inputs, parameters });
  }

  const results = new Map(Object.entries(outputs).map(([name, node]) => [name, valueNamed(node)]));
  return { input, nodes, outputs: results };
}

interface Step {
  readonly add: AddNode;
  readonly node: GraphModelNode;
  /** What the node takes from other nodes; maps are batch x channels x height x width. */
  readonly inputs: Inputs;
  /** What it takes from the weights file. */
  readonly parameters: readonly HostTensor[];
}

function inputValue(model: GraphModel): Value {
  const node = model.modelTopology.node.find(({ op }) => op === 'Placeholder');
  const sizes = node?.attr.shape?.shape?.dim.map(({ size }) => size) ?? [];
  const [, height, width, channels] = sizes;
  if (!height || !width || !channels) throw new Error('The graph model declares no image as its input.');
  return { name: 'images', shape: [batchSize, channels, height, width] };
}

const operations: Readonly<Record<string, (step: Step) => Value>> = {
  _FusedConv2D: fusedConvolution,
  DepthwiseConv2dNative: depthwiseConvolution,
  MaxPool: maxPool,
  Pad: pad,
  Reshape: reshape,
  AddV2: ({ add, inputs }) => add('Add', inputs, inputs[0].shape),
  Relu: ({ add, inputs }) => add('Relu', inputs, inputs[0].shape),
  Sigmoid: ({ add, inputs }) => add('Sigmoid', inputs, inputs[0].shape),
  Prelu: ({ add, inputs, parameters: [slope] }) => prelu(add, inputs[0], slope!),
  Identity: ({ inputs }) => inputs[0],
};

function fusedConvolution({ add, node, inputs: [x], parameters }: Step): Value {
  const [filter, bias, slope] = parameters as [HostTensor, HostTensor, HostTensor?];
  const [height, width, , channels] = filter.shape as [number, number, number, number];
  const { attributes, size } = slidingWindow(node, x, [height, width]);
  const operands = [x, floatConstant(filter, [3, 2, 0, 1]), floatConstant(bias, [0])];
  const sum = add('Conv', operands, [batchSize, channels, ...size], { ...attributes, group: 1 });
  const fused = (node.attr.fused_ops?.list?.s ?? []).map(decodeText);
  switch (fused.join()) {
    case 'BiasAdd':
      return sum;
    case 'BiasAdd,Relu':
      return add('Relu', [sum], sum.shape);
    case 'BiasAdd,Prelu':
      return prelu(add, sum, slope!);
    default:
      throw new Error(`The graph model fuses ${fused} into a convolution, which is not known here.`);
  }
}

function depthwiseConvolution({ add, node, inputs: [x], parameters }: Step): Value {
  const filter = parameters[0]!;
  const [height, width, channels] = filter.shape as [number, number, number, number];
  const { attributes, size } = slidingWindow(node, x, [height, width]);
  const operands = [x, floatConstant(filter, [2, 3, 0, 1])];
  return add('Conv', operands, [batchSize, channels, ...size], { ...attributes, group: channels });
}

function maxPool({ add, node, inputs: [x] }: Step): Value {
  const [, height, width] = node.attr.ksize!.list!.i as [number, number, number, number];
  const { attributes, size } = slidingWindow(node, x, [height, width]);
  return add('MaxPool', [x], [batchSize, x.shape[1]!, ...size], attributes);
}

/** What convolutions and pooling share: kernel, strides and padding, and the height and width they leave. */
function slidingWindow(node: GraphModelNode, x: Value, kernel: readonly [number, number]) {
  const [, ...strides] = node.attr.strides!.list!.i!.slice(0, 3) as [number, number, number];
  const dilations = node.attr.dilations?.list?.i ?? [1];
  if (dilations.some((dilation) => dilation !== 1)) throw new Error('The graph model dilates a convolution.');
  const same = decodeText(node.attr.padding!.s!) === 'SAME';
  const [rows, columns] = [0, 1].map((axis) =>
    windowPadding(x.shape[axis + 2]!, kernel[axis]!, strides[axis]!, same),
  ) as [ReturnType<typeof windowPadding>, ReturnType<typeof windowPadding>];
  return {
    attributes: {
      kernel_shape: kernel,
      strides,
      pads: [rows.before, columns.before, rows.after, columns.after],
    },
    size: [rows.size, columns.size],
  };
}

function prelu(add: AddNode, x: Value, slope: HostTensor): Value {
  const channels = slope.shape.at(-1)!;
  return add('PRelu', [x, constant(toFloat32(slope), [channels, 1, 1])], x.shape);
}

/** Appends channels of zeros. */
function pad({ add, inputs: [x], parameters: [paddings] }: Step): Value {
  const amounts = Array.from({ length: 8 }, (_, i) => elementAt(paddings!, i)); // before and after of N, H, W, C
  const appended = amounts[7]!;
  if (amounts.some((amount, i) => amount !== 0 && i !== 7)) throw new Error('The graph model pads a map.');
  const [batch, channels, ...size] = x.shape as [number, number, number, number];
  const pads = int64Constant([0, 0, 0, 0, 0, appended, 0, 0]); // before of N, C, H, W, then after
  return add('Pad', [x, pads], [batch, channels + appended, ...size]);
}

/** Cells and channels, in the order that channels-last maps hold them, in rows as wide as the model says. */
function reshape({ add, inputs: [x], parameters: [target] }: Step): Value {
  const shape = Array.from({ length: elementCount(target!.shape) }, (_, i) => elementAt(target!, i));
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const cells = add('Transpose', [x], [batch, height, width, channels], { perm: [0, 2, 3, 1] });
  // The batch stays, and the second axis takes what is left: so the model runs on maps of any size.
  return add('Reshape', [cells, int64Constant([0, -1, ...shape.slice(2)])], [batch, ...shape.slice(1)]);
}

/** A float32 constant with its axes permuted. */
function floatConstant(tensor: HostTensor, permutation: readonly number[]): Value {
  const shape = permutation.map((axis) => tensor.shape[axis]!);
  const steps = permutation.map((axis) => elementCount(tensor.shape.slice(axis + 1)));
  const source = toFloat32(tensor);
  const values = new Float32Array(source.length);
  let to = 0;
  const copy = (axis: number, from: number): void => {
    if (axis === shape.length) values[to++] = source[from]!;
    else for (let i = 0; i < shape[axis]!; i++) copy(axis + 1, from + i * steps[axis]!);
  };
  copy(0, 0);
  return constant(values, shape);
}
