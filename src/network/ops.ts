/**
 * The tensor operations the network is written against. Each engine implements them for its own kind of
 * tensor `T`: the ONNX engine records graph values, the torch engine computes, the inspector counts.
 * Layouts are NCHW for maps and batch x tokens x channels for sequences. Browser-safe.
 */
import type { StateEntry } from './state-dict.js';

export interface ConvOptions {
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}

/** The tensors of a batch normalisation layer; in training the last three are updated in place. */
export interface BatchNormState<T> {
  readonly weight: T;
  readonly bias: T;
  readonly runningMean: T;
  readonly runningVar: T;
  readonly numBatchesTracked: T;
}

export interface Ops<T> {
  /** Whether batch statistics and stochastic depth are in force. */
  readonly training: boolean;

  /** The value of a state-dict entry. */
  parameter(entry: StateEntry): T;

  /** x: B x C x H x W, weight: O x C/groups x K x K, bias: O -> B x O x H' x W'. */
  conv2d(x: T, weight: T, bias: T | undefined, options: ConvOptions): T;

  /** Normalises axis 1 of B x C or B x C x H x W; eps 1e-5, momentum 0.1 as PyTorch's default. */
  batchNorm(x: T, state: BatchNormState<T>): T;

  /** max(x, 0) + weight * min(x, 0), one weight per channel (axis 1). */
  prelu(x: T, weight: T): T;

  /** Normalises the last axis. */
  layerNorm(x: T, weight: T, bias: T, eps: number): T;

  /** x: ... x I, weight: O x I, bias: O -> ... x O. */
  linear(x: T, weight: T, bias: T | undefined): T;

  /**
   * softmax(q kᵀ * scale + bias) v over the last two axes.
   * q: B x heads x M x d, k and v: B x heads x N x d, bias: heads x M x N -> B x heads x M x d.
   * `onWeights` is called with the softmax's value: B x heads x M x N, rows that sum to 1.
   */
  attention(q: T, k: T, v: T, scale: number, bias: T | undefined, onWeights?: (weights: T) => void): T;

  /** Exact GELU: x * Phi(x). */
  gelu(x: T): T;
  relu(x: T): T;
  sigmoid(x: T): T;

  /** Element by element, with broadcasting. */
  add(a: T, b: T): T;
  multiply(a: T, b: T): T;

  /** One size may be -1: it takes what is left. The batch axis must be that one. */
  reshape(x: T, shape: readonly number[]): T;
  transpose(x: T, permutation: readonly number[]): T;
  slice(x: T, axis: number, start: number, end: number): T;
  concat(xs: readonly T[], axis: number): T;

  /** Repeats a tensor of batch size 1 to the batch size of `like`. */
  expandBatch(x: T, like: T): T;

  /** Every `step`-th row and column of B x C x H x W, the first included. */
  subsample(x: T, step: number): T;

  /** Rows of `table` (R x C) at `indices` (any shape) -> indices' shape x C. */
  gatherRows(table: T, indices: T): T;

  /**
   * In training, zeroes whole samples with probability `rate` and divides the kept ones by 1 - rate
   * (stochastic depth, arXiv 1603.09382); otherwise returns x.
   */
  stochasticDepth(x: T, rate: number): T;

  /** In training, zeroes values with probability `rate` and divides the kept ones by 1 - rate; otherwise returns x. */
  dropout(x: T, rate: number): T;
}

/** Called after each stage of the network with the stage's name in the official program and its value. */
export type Observe<T> = (stage: string, value: T) => void;
