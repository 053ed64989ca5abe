/**
 * The torch engine's side of the operation interface: every operation runs at once on libtorch and is
 * recorded for the backward pass where a gradient is asked for. Semantics are PyTorch's own.
 */
import { PosterError } from '../errors.js';
import type { BatchNormState, Ops } from '../network/ops.js';
import type { StateEntry } from '../network/state-dict.js';
import { elementCount, type Shape } from '../tensor/host-tensor.js';
import { callTensor } from './call.js';
import { groupBatchNorm } from './distributed.js';
import { depthwise, prelu, subsample } from './kernels/maps.js';
import type { Generator } from './random.js';
import type { Tensor } from './tensor.js';

const batchNormEps = 1e-5;
const batchNormMomentum = 0.1;

export interface TorchOpsOptions {
  /** Batch statistics, moving running statistics and stochastic depth. */
  readonly training: boolean;
  /** Stochastic depth and dropout in training; default true. */
  readonly stochasticDepth?: boolean;
  /** Draws stochastic depth and dropout; default: the device's default generator. */
  readonly generator?: Generator;
  /**
   * As how many passes over the same batch this one counts for the running statistics; default 1. Training
   * with SAM runs the network twice on a batch: the frozen branch gives the same both times, so one pass
   * stands for two.
   */
  readonly passes?: number;
  /**
   * Where the batch stands in that of all processes of the group: batch statistics are then those of all, and
   * stochastic depth is drawn for all, so that each image meets the same as in one process.
   */
  readonly share?: BatchShare;
}

/** The part of a batch that one process computes. */
export interface BatchShare {
  /** Images of lower ranks. */
  readonly offset: number;
  /** Images of all processes. */
  readonly total: number;
}

/** The operations on libtorch with these state-dict values. */
export function torchOps(parameters: ReadonlyMap<string, Tensor>, options: TorchOpsOptions): Ops<Tensor> {
  const { training, stochasticDepth = true, generator, passes = 1, share } = options;
  // k passes of s <- (1 - m) s + m b with the same b are one with 1 - m' = (1 - m)^k.
  const momentum = 1 - (1 - batchNormMomentum) ** passes;

  return {
    training,

    parameter({ name }: StateEntry) {
      const value = parameters.get(name);
      if (value) return value;
      throw new PosterError('checkpoint.mismatch', `The network needs ${name}, which it was not given.`);
    },

    conv2d(x, weight, bias, { stride, padding, groups }) {
      if (!bias && groups > 1 && weight.shape[0] === groups) return depthwise(x, weight, stride, padding);
      return callTensor('aten::conv2d', x, weight, bias ?? null, stride, padding, 1, groups);
    },

    batchNorm(x, state) {
      if (training && share) return normaliseOverGroup(x, state, momentum, passes);
      if (training) refuseSingleValues(x);
      const { weight, bias, runningMean, runningVar } = state;
      const statistics = [runningMean, runningVar, training, momentum, batchNormEps, true] as const;
      const y = callTensor('aten::batch_norm', x, weight, bias, ...statistics);
      if (training) countPasses(state, passes);
      return y;
    },

    prelu,

    layerNorm: (x, weight, bias, eps) =>
      callTensor('aten::layer_norm', inTypeOf(weight, x), weight.shape, weight, bias, eps, true),

    linear: (x, weight, bias) => callTensor('aten::linear', x, weight, bias ?? null),

    attention(q, k, v, scale, bias, onWeights) {
      const scaled = callTensor('aten::mul.Scalar', q, scale);
      const logits = callTensor('aten::matmul', scaled, callTensor('aten::transpose.int', k, -2, -1));
      const biased = bias ? callTensor('aten::add.Tensor', logits, bias) : logits; // B x heads x M x N
      const weights = callTensor('aten::softmax.int', biased, -1);
      onWeights?.(weights);
      return callTensor('aten::matmul', weights, v);
    },

    gelu: (x) => callTensor('aten::gelu', x, 'none'),
    relu: (x) => callTensor('aten::relu', x),
    sigmoid: (x) => callTensor('aten::sigmoid', x),
    add: (a, b) => callTensor('aten::add.Tensor', a, b),
    multiply: (a, b) => callTensor('aten::mul.Tensor', a, b),
    reshape: (x, shape) => callTensor('aten::reshape', x, shape),
    transpose: (x, permutation) => callTensor('aten::permute', x, permutation),
    slice: (x, axis, start, end) => callTensor('aten::slice.Tensor', x, axis, start, end),
    concat: (xs, axis) => callTensor('aten::cat', xs, axis),

    expandBatch: (x, like) => callTensor('aten::expand', x, [like.shape[0]!, ...x.shape.slice(1)]),

    subsample,

    gatherRows: (table, indices) => callTensor('aten::index.Tensor', table, [indices]),

    stochasticDepth(x, rate) {
      const perSample = x.shape.slice(1).map(() => 1);
      return dropped(x, perSample, rate);
    },

    dropout: (x, rate) => dropped(x, x.shape.slice(1), rate),
  };

  /** Keeps what is drawn, B x `shape`, with probability 1 - rate, and divides it by that. */
  function dropped(x: Tensor, shape: Shape, rate: number): Tensor {
    if (!training || !stochasticDepth || rate === 0) return x;
    const empty = callTensor('aten::new_empty', x, [share?.total ?? x.shape[0]!, ...shape]);
    const kept = callTensor('aten::bernoulli_.float', empty, 1 - rate, generator ?? null);
    const scale = callTensor('aten::div_.Scalar', kept, 1 - rate);
    const own = share
      ? callTensor('aten::slice.Tensor', scale, 0, share.offset, share.offset + x.shape[0]!)
      : scale;
    return callTensor('aten::mul.Tensor', x, own);
  }
}

/** Under autocast a value may be in a smaller type than the weights it meets. */
function inTypeOf(weight: Tensor, x: Tensor): Tensor {
  return x.dtype === weight.dtype ? x : callTensor('aten::to.dtype', x, weight.dtype);
}

function normaliseOverGroup(
  x: Tensor,
  state: BatchNormState<Tensor>,
  momentum: number,
  passes: number,
): Tensor {
  const { weight, bias, runningMean, runningVar } = state;
  const { y, mean, unbiasedVariance } = groupBatchNorm(x, weight, bias, batchNormEps);
  callTensor('aten::lerp_.Scalar', runningMean, mean, momentum);
  callTensor('aten::lerp_.Scalar', runningVar, unbiasedVariance, momentum);
  countPasses(state, passes);
  return y;
}

/** The variance of one value is undefined; libtorch would quietly move the statistics to NaN. */
function refuseSingleValues(x: Tensor): void {
  const valuesPerChannel = elementCount(x.shape) / (x.shape[1] || 1);
  if (valuesPerChannel > 1) return;
  throw new PosterError(
    'option.invalid',
    'Batch normalisation needs more than one value per channel in training, but got a single image; use batches of at least two.',
  );
}

function countPasses({ numBatchesTracked }: BatchNormState<Tensor>, passes: number): void {
  callTensor('aten::add_.Scalar', numBatchesTracked, passes);
}
