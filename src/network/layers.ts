/**
 * Layers with PyTorch's parameter names and defaults. A layer is built once at a path, where it registers
 * its entries, and is then a function of any engine's operations and a tensor. Browser-safe.
 */
import type { Ops } from './ops.js';
import { type Initial, ones, type Path, type StateEntry, uniformFanIn, zeros } from './state-dict.js';

export type Layer = <T>(ops: Ops<T>, x: T) => T;

export interface Conv2dConfig {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride?: number;
  /** Default: half the kernel, which keeps the size at stride 1. */
  readonly padding?: number;
  readonly groups?: number;
  readonly bias?: boolean;
  readonly initial?: Initial;
}

export function conv2d(path: Path, config: Conv2dConfig): Layer {
  const { inputs, outputs, kernel, stride = 1, groups = 1, bias: hasBias = false } = config;
  const padding = config.padding ?? Math.floor(kernel / 2);
  const fanIn = (inputs / groups) * kernel * kernel;
  const shape = [outputs, inputs / groups, kernel, kernel];
  const weight = path.parameter('weight', shape, config.initial ?? uniformFanIn(fanIn));
  const bias = hasBias ? path.parameter('bias', [outputs], uniformFanIn(fanIn)) : undefined;
  return (ops, x) =>
    ops.conv2d(x, ops.parameter(weight), bias && ops.parameter(bias), { stride, padding, groups });
}

export function batchNorm(path: Path, channels: number): Layer {
  const weight = path.parameter('weight', [channels], ones);
  const bias = path.parameter('bias', [channels], zeros);
  const runningMean = path.buffer('running_mean', [channels], zeros);
  const runningVar = path.buffer('running_var', [channels], ones);
  const numBatchesTracked = path.buffer('num_batches_tracked', [], zeros, 'int64');
  return (ops, x) =>
    ops.batchNorm(x, {
      weight: ops.parameter(weight),
      bias: ops.parameter(bias),
      runningMean: ops.parameter(runningMean),
      runningVar: ops.parameter(runningVar),
      numBatchesTracked: ops.parameter(numBatchesTracked),
    });
}

export function prelu(path: Path, channels: number): Layer {
  const weight = path.parameter('weight', [channels], { kind: 'constant', value: 0.25 });
  return (ops, x) => ops.prelu(x, ops.parameter(weight));
}

export function layerNorm(path: Path, channels: number, eps: number): Layer {
  const weight = path.parameter('weight', [channels], ones);
  const bias = path.parameter('bias', [channels], zeros);
  return (ops, x) => ops.layerNorm(x, ops.parameter(weight), ops.parameter(bias), eps);
}

/** How the weights of a linear layer start; PyTorch's default unless a std for a truncated normal is given. */
export interface LinearInitial {
  readonly truncatedStd?: number;
}

/** The entries of a linear layer, for layers that use parts of them. */
export function linearEntries(
  path: Path,
  inputs: number,
  outputs: number,
  { truncatedStd }: LinearInitial = {},
): { weight: StateEntry; bias: StateEntry } {
  const truncated = truncatedStd !== undefined;
  return {
    weight: path.parameter(
      'weight',
      [outputs, inputs],
      truncated ? { kind: 'truncated-normal', std: truncatedStd } : uniformFanIn(inputs),
    ),
    bias: path.parameter('bias', [outputs], truncated ? zeros : uniformFanIn(inputs)),
  };
}

export function linear(path: Path, inputs: number, outputs: number, initial: LinearInitial = {}): Layer {
  const { weight, bias } = linearEntries(path, inputs, outputs, initial);
  return (ops, x) => ops.linear(x, ops.parameter(weight), ops.parameter(bias));
}

/** Two linear layers around a GELU. */
export function mlp(path: Path, width: number, hidden: number, initial: LinearInitial = {}): Layer {
  const fc1 = linear(path.at('fc1'), width, hidden, initial);
  const fc2 = linear(path.at('fc2'), hidden, width, initial);
  return (ops, x) => fc2(ops, ops.gelu(fc1(ops, x)));
}

/** Applies layers one after the other. */
export function sequential(...layers: Layer[]): Layer {
  return (ops, x) => layers.reduce((value, layer) => layer(ops, value), x);
}
