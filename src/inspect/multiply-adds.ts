/**
 * Counts the multiply-adds of one forward pass for one image: an implementation of the operation interface
 * whose tensors are shapes. Element-wise work does not count. Browser-safe.
 */
import { imageSize } from '../network/config.js';
import type { Ops } from '../network/ops.js';
import type { PosterV2 } from '../network/poster-v2.js';
import { broadcastShapes, elementCount, type Shape } from '../tensor/host-tensor.js';

export interface MultiplyAdds {
  /** Of convolutions and linear layers: what the paper's 8.4 G counts. */
  readonly layers: number;
  /** Of the two matrix products of attention, which the paper's figure leaves out. */
  readonly attention: number;
}

/**
 * Multiply-adds of each stage in the order of the forward pass, by the stage's official name.
 *
 * @param everyToken counts the last transformer block for all tokens, as the official program computes it.
 */
export function countMultiplyAdds(network: PosterV2, everyToken: boolean): Map<string, MultiplyAdds> {
  const stages = new Map<string, MultiplyAdds>();
  let pending = { layers: 0, attention: 0 };
  const ops = countingOps((kind, multiplyAdds) => {
    pending[kind] += multiplyAdds;
  });
  network.forward<Shape>(ops, [1, 3, imageSize, imageSize], {
    everyToken,
    observe(stage) {
      stages.set(stage, pending); // everything since the stage before belongs to this one
      pending = { layers: 0, attention: 0 };
    },
  });
  return stages;
}

function countingOps(count: (kind: keyof MultiplyAdds, multiplyAdds: number) => void): Ops<Shape> {
  const same = (x: Shape) => x;
  return {
    training: false,
    parameter: (entry) => entry.shape,
    conv2d(x, weight, _bias, { stride, padding }) {
      const [batch, , height, width] = x as [number, number, number, number];
      const [outputs, inputsPerGroup, kernel] = weight as [number, number, number, number];
      const out = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
      const shape = [batch, outputs, out(height), out(width)];
      count('layers', elementCount(shape) * inputsPerGroup * kernel * kernel);
      return shape;
    },
    batchNorm: same,
    prelu: same,
    layerNorm: same,
    linear(x, weight) {
      const shape = [...x.slice(0, -1), weight[0]!];
      count('layers', elementCount(x) * weight[0]!);
      return shape;
    },
    attention(q, k) {
      count('attention', 2 * elementCount(q) * k[2]!); // q kᵀ and its product with v
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
  };
}
