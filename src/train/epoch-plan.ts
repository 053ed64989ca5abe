/** What an epoch shows the network: which images, varied how, in which batches. */
import type { Sample } from '../data/dataset.js';
import type { ImageRequest } from '../data/load-image.js';
import { imageSize } from '../network/config.js';
import { augmentationAt } from './augment.js';
import { cutBatches, epochOrder } from './sampler.js';
import type { TrainingConfig } from './training-options.js';

/** An epoch cut into optimiser steps; a function of configuration, data and epoch alone. */
export interface EpochPlan {
  readonly steps: number;
  /** Batches of each step but perhaps the last. */
  readonly batchesPerStep: number;
  /** Labels of the images from the batch `first` on, batch by batch. */
  labels(first: number): readonly number[][];
  /** The images from the batch `first` on, as the loader takes them. */
  requests(first: number): Iterable<ImageRequest>;
}

/** Plans the epoch of that index, from 0. */
export function planEpoch(config: TrainingConfig, samples: readonly Sample[], epoch: number): EpochPlan {
  const { sampler, seed, batchSize, accumulate } = config;
  const labels = samples.map(({ label }) => label);
  const batches = cutBatches(epochOrder(sampler, labels, seed, epoch), batchSize);
  return {
    steps: Math.ceil(batches.length / accumulate),
    batchesPerStep: accumulate,
    labels: (first) => batches.slice(first).map((batch) => Array.from(batch, (chosen) => labels[chosen]!)),
    *requests(first) {
      for (const [i, batch] of batches.slice(first).entries())
        for (const [j, chosen] of batch.entries())
          yield requestAt(config, samples[chosen]!, epoch, (first + i) * batchSize + j);
    },
  };
}

function requestAt(config: TrainingConfig, { path }: Sample, epoch: number, position: number): ImageRequest {
  const { flip, erasingProbability: probability, erasingArea: area, erasingRatio: ratio, seed } = config;
  const options = { flip, erasing: { probability, area, ratio } };
  return { path, ...augmentationAt(options, imageSize, { seed, epoch, position }) };
}
