/** Single training steps on regenerated weights and images. */
import type { PosterV2 } from '../../src/network/poster-v2.js';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { loadParameters } from '../../src/torch/parameters.js';
import { fromValues, type Tensor } from '../../src/torch/tensor.js';
import type { Batch, Trainer } from '../../src/train/loop/train-step.js';
import { createOptimizer, type OptimizerOptions } from '../../src/train/optim/optimizer.js';
import { regeneratedImages, regeneratedTensor } from '../support/regenerated.js';

export const adam: OptimizerOptions = {
  optimizer: 'adam',
  momentum: 0,
  weightDecay: 0,
  weightDecayExclude1d: false,
  clipGradient: 0,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
};

export function values(tensor: Tensor): number[] {
  return Array.from(toFloat32(tensor.toHost()));
}

export function batchOf(count: number, seed: number, labels: readonly number[]): Batch {
  return {
    images: fromValues(regeneratedImages(count, seed), [count, 3, 224, 224]),
    labels: fromValues(BigInt64Array.from(labels, BigInt)),
  };
}

export function trainerOf(network: PosterV2, changes: Partial<Trainer> = {}): Trainer {
  const parameters = loadParameters(network.entries, (entry) => regeneratedTensor(entry, 1));
  const learned = new Map([...parameters].filter(([, parameter]) => parameter.requiresGrad));
  return {
    network,
    parameters,
    optimizer: createOptimizer(learned, adam),
    precision: 'float32',
    labelSmoothing: 0,
    rho: 0.05,
    adaptive: false,
    stochasticDepth: false,
    ...changes,
  };
}
