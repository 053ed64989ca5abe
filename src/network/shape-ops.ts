/** The operation interface over shapes alone: a dry run of the network. Browser-safe. */
import { broadcastShapes, elementCount, type Shape } from '../tensor/host-tensor.js';
import type { Ops } from './ops.js';
import type { StateEntry } from './state-dict.js';

/**
 * `layers`: convolutions and linear layers, what the paper's 8.4 G counts. `attention`: its two matrix
 * products, which the paper's figure leaves out.
 */
export type MultiplyAddKind = 'layers' | 'attention';

export interface ShapeObserver {
  readonly onParameter?: (entry: StateEntry) => void;
  readonly onMultiplyAdds?: (kind: MultiplyAddKind, count: number) => void;
}

/** Operations on shapes, as inference does them, that tell what they read and how much they compute. */
export function shapeOps({ onParameter, onMultiplyAdds: count }: ShapeObserver): Ops<Shape> {
  const same = (x: Shape) => x;
  return {
    training: false,
    parameter(entry) {
      onParameter?.(entry);
      return entry.shape;
    },
    conv2d(x, weight, _bias, { stride, padding }) {
      const [batch, , height, width] = x as [number, number, number, number];
      const [outputs, inputsPerGroup, kernel] = weight as [number, number, number, number];
      const out = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
      const shape = [batch, outputs, out(height), out(width)];
      count?.('layers', elementCount(shape) * inputsPerGroup * kernel * kernel);
      return shape;
    },
    batchNorm: same,
    prelu: same,
    layerNorm: same,
    linear(x, weight) {
      const shape = [...x.slice(0, -1), weight[0]!];
      count?.('layers', elementCount(x) * weight[0]!);
      return shape;
    },
    attention(q, k, _v, _scale, _bias, onWeights) {
      onWeights?.([...q.slice(0, 3), k[2]!]);
      count?.('attention', 2 * elementCount(q) * k[2]!); // q kᵀ and its product with v
      return q;
    },
    gelu: same,
    relu: same,
    sigmoid: same,
    add: broadcastShapes,
    multiply: broadcastShapes,
    reshape(x, shape) {
      const known = shape.filter((size) => size !== -1).reduce((a, b) => a * b, 1);
      return shape.map((size) => (size === -1 ? elementCount(x) / known : size));
    },
    transpose: (x, permutation) => permutation.map((axis) => x[axis]!),
    slice: (x, axis, start, end) => x.map((size, i) => (i === axis ? end - start : size)),
    concat: (xs, axis) =>
      xs[0]!.map((size, i) => (i === axis ? xs.reduce((sum, x) => sum + x[axis]!, 0) : size)),
    expandBatch: (x, like) => [like[0]!, ...x.slice(1)],
    subsample: ([batch, channels, height, width], step) => [
      batch!,
      channels!,
      Math.ceil(height! / step),
      Math.ceil(width! / step),
    ],
    gatherRows: (table, indices) => [...indices, table[1]!],
    stochasticDepth: same,
    dropout: same,
  };
}
