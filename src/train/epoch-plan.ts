/** What an epoch shows the network: which images, varied how, in which batches. */
import type { Sample } from '../data/dataset.js';
import type { ImageRequest } from '../data/load-image.js';
import { imageSize } from '../network/config.js';
import { augmentationAt } from './augment.js';
import { cutBatches, epochOrder, shareOf } from './sampler.js';
import type { Team } from './team.js';
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

/** Plans one process's share of the epoch of that index, from 0; by default there is no other. */
export function planEpoch(
  config: TrainingConfig,
  samples: readonly Sample[],
  epoch: number,
  { rank, size }: Pick<Team, 'rank' | 'size'> = { rank: 0, size: 1 },
): EpochPlan {
  const { sampler, seed, batchSize, accumulate } = config;
  const labels = samples.map(({ label }) => label);
  const batches = cutBatches(epochOrder(sampler, labels, seed, epoch), batchSize, Math.max(2, size));
  const share = (batch: Uint32Array) => shareOf(batch, rank, size);
  return {
    steps: Math.ceil(batches.length / accumulate),
    batchesPerStep: accumulate,
    labels: (first) =>
      batches.slice(first).map((batch) => Array.from(share(batch), (chosen) => labels[chosen]!)),
    *requests(first) {
      for (const [i, batch] of batches.slice(first).entries())
        for (const [j, chosen] of share(batch).entries()) {
          const position = (first + i) * batchSize + Math.floor((batch.length * rank) / size) + j;
          yield requestAt(config, samples[chosen]!, epoch, position);
        }
    },
  };
}

function requestAt(config: TrainingConfig, { path }: Sample, epoch: number, position: number): ImageRequest {
  const { flip, erasingProbability: probability, erasingArea: area, erasingRatio: ratio, seed } = config;
  const options = { flip, erasing: { probability, area, ratio } };
  return { path, ...augmentationAt(options, imageSize, { seed, epoch, position }) };
}
