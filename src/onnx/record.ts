/**
 * The ONNX engine's side of the operation interface: instead of computing, every operation adds a node to
 * a graph. Operations on weights alone are done at once. Browser-safe.
 */
import type { Ops } from '../network/ops.js';
import type { StateEntry } from '../network/state-dict.js';
import {
  broadcastShapes,
  elementCount,
  type HostTensor,
  type Shape,
  toFloat32,
} from '../tensor/host-tensor.js';
import { gatherConstantRows, sliceConstant, transposeConstant } from './constants.js';
import { batchSize, constant, type Graph, int64Constant, type Value } from './graph.js';
import { type AddNode, nodeList } from './node-list.js';

/** Looks up the value of a state-dict entry. */
export type Weights = (entry: StateEntry) => HostTensor;

/**
 * Records a function of the operation interface as a graph with the input `images`,
 * batch x 3 x imageSize x imageSize float32.
 *
 * @returns the outputs under the names that `build` gives them.
 */
export function recordGraph(
  imageSize: number,
  weights: Weights,
  build: (ops: Ops<Value>, images: Value) => Iterable<readonly [string, Value]>,
): Graph {
  const { nodes, add } = nodeList();
  const input: Value = { name: 'images', shape: [batchSize, 3, imageSize, imageSize] };
  const outputs = new Map(build(recordingOps(add, weights), input));
  return { input, nodes, outputs };
}

function recordingOps(add: AddNode, weights: Weights): Ops<Value> {
  const parameters = new Map<StateEntry, Value>();
  const unary = (op: string) => (x: Value) => add(op, [x], x.shape);
  const binary = (op: string) => (a: Value, b: Value) => add(op, [a, b], broadcastShapes(a.shape, b.shape));

  const ops: Ops<Value> = {
    training: false,

    parameter(entry) {
      const known = parameters.get(entry);
      if (known) return known;
      const value = entryConstant(entry, weights(entry));
      parameters.set(entry, value);
      return value;
    },

    conv2d(x, weight, bias, { stride, padding, groups }) {
      const [outputs, , kernel] = weight.shape as [number, number, number, number];
      const size = Math.floor((x.shape[2]! + 2 * padding - kernel) / stride) + 1;
      return add('Conv', [x, weight, bias], [batchSize, outputs, size, size], {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        group: groups,
      });
    },

    batchNorm(x, { weight, bias, runningMean, runningVar }) {
      return add('BatchNormalization', [x, weight, bias, runningMean, runningVar], x.shape, {
        epsilon: { float: 1e-5 },
      });
    },

    prelu(x, weight) {
      const slope = constant(weight.constant as Float32Array, [weight.shape[0]!, 1, 1], weight.name);
      return add('PRelu', [x, slope], x.shape);
    },

    layerNorm(x, weight, bias, eps) {
      return add('LayerNormalization', [x, weight, bias], x.shape, { axis: -1, epsilon: { float: eps } });
    },

    linear(x, weight, bias) {
      const product = add(
        'MatMul',
        [x, transposeConstant(weight, [1, 0])],
        [...x.shape.slice(0, -1), weight.shape[0]!],
      );
      return bias ? ops.add(product, bias) : product;
    },

    attention(q, k, v, scale, bias, onWeights) {
      const scaled = ops.multiply(q, constant(Float32Array.of(scale), []));
      const tokens = k.shape[2]!;
      const logits = add(
        'MatMul',
        [scaled, ops.transpose(k, [0, 1, 3, 2])],
        [...q.shape.slice(0, 3), tokens],
      );
      const biased = bias ? ops.add(logits, bias) : logits;
      const weights = add('Softmax', [biased], biased.shape, { axis: -1 });
      onWeights?.(weights);
      return add('MatMul', [weights, v], q.shape);
    },

    gelu(x) {
      // x * (erf(x / sqrt 2) + 1) * 0.5, which ONNX Runtime makes one operation of when it divides, and in this order
      const scaled = add('Div', [x, constant(Float32Array.of(Math.SQRT2), [])], x.shape);
      const erf = add('Erf', [scaled], x.shape);
      const product = ops.multiply(x, ops.add(erf, constant(Float32Array.of(1), [])));
      return ops.multiply(product, constant(Float32Array.of(0.5), []));
    },

    relu: unary('Relu'),
    sigmoid: unary('Sigmoid'),
    add: binary('Add'),
    multiply: binary('Mul'),

    reshape(x, shape) {
      if (x.constant) return { ...x, shape: resolveShape(x.shape, shape) };
      return add('Reshape', [x, int64Constant(shape)], shape);
    },

    transpose(x, permutation) {
      if (x.constant) return transposeConstant(x, permutation);
      return add(
        'Transpose',
        [x],
        permutation.map((axis) => x.shape[axis]!),
        { perm: permutation },
      );
    },

    slice(x, axis, start, end) {
      if (x.constant) return sliceConstant(x, axis, start, end);
      const bounds = [[start], [end], [axis]].map((values) => int64Constant(values));
      return add('Slice', [x, ...bounds], x.shape.with(axis, end - start));
    },

    concat(xs, axis) {
      const size = xs.reduce((sum, x) => sum + x.shape[axis]!, 0);
      return add('Concat', xs, xs[0]!.shape.with(axis, size), { axis });
    },

    expandBatch(x, like) {
      const batch = add('Shape', [like], [1], { start: 0, end: 1 });
      const rest = int64Constant(x.shape.slice(1));
      const shape = add('Concat', [batch, rest], [x.shape.length], { axis: 0 });
      return add('Expand', [x, shape], [batchSize, ...x.shape.slice(1)]);
    },

    subsample(x, step) {
      const [batch, channels, height, width] = x.shape as [number, number, number, number];
      const bounds = [
        [0, 0],
        [height, width],
        [2, 3],
        [step, step],
      ].map((values) => int64Constant(values));
      return add(
        'Slice',
        [x, ...bounds],
        [batch, channels, Math.ceil(height / step), Math.ceil(width / step)],
      );
    },

    gatherRows: gatherConstantRows,
    stochasticDepth: (x) => x,
    dropout: (x) => x,
  };
  return ops;
}

function entryConstant(entry: StateEntry, tensor: HostTensor): Value {
  if (entry.dtype !== 'int64') return constant(toFloat32(tensor), entry.shape, entry.name);
  const { buffer, byteOffset, byteLength } = new Uint8Array(tensor.data); // a copy is aligned
  return {
    name: entry.name,
    shape: entry.shape,
    constant: new BigInt64Array(buffer, byteOffset, byteLength / 8),
  };
}

function resolveShape(from: Shape, to: Shape): Shape {
  const known = to.filter((size) => size !== -1).reduce((a, b) => a * b, 1);
  return to.map((size) => (size === -1 ? elementCount(from) / known : size));
}
