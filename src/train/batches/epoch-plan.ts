/** What an epoch shows the network: which images, varied how, in which batches. */
import type { Sample } from '../../data/dataset.js';
import type { TrainingConfig } from '../config/training-options.js';
import type { ProcessGroup } from '../process-group.js';
import { type Augmentation, type AugmentationOptions, augmentationAt } from './augment.js';
import { cutBatches, epochOrder, shareOf } from './sampler.js';

/** An image of an epoch. */
export interface PlannedImage {
  readonly sample: Sample;
  readonly augmentation: Augmentation;
}

/** An epoch cut into optimiser steps; a function of configuration, data and epoch alone. */
export interface EpochPlan {
  readonly steps: number;
  readonly batches: number;
  /** Batches of each step but perhaps the last. */
  readonly batchesPerStep: number;
  /** The images from the batch `first` on, batch by batch. */
  imagesFrom(first: number): Iterable<readonly PlannedImage[]>;
}

export interface PlanOptions extends Pick<TrainingConfig, 'sampler' | 'seed' | 'batchSize' | 'accumulate'> {
  /** Height and width of the network's input in pixels. */
  readonly imageSize: number;
  readonly augmentation: AugmentationOptions;
}

/** Plans one process's share of the epoch of that index, from 0; by default there is no other. */
export function planEpoch(
  { sampler, seed, batchSize, accumulate, imageSize, augmentation }: PlanOptions,
  samples: readonly Sample[],
  epoch: number,
  { rank, size }: Pick<ProcessGroup, 'rank' | 'size'> = { rank: 0, size: 1 },
): EpochPlan {
  const labels = samples.map(({ label }) => label);
  const batches = cutBatches(epochOrder(sampler, labels, seed, epoch), batchSize, Math.max(2, size));
  const imageAt = (chosen: number, position: number): PlannedImage => ({
    sample: samples[chosen]!,
    augmentation: augmentationAt(augmentation, imageSize, { seed, epoch, position }),
  });
  return {
    steps: Math.ceil(batches.length / accumulate),
    batches: batches.length,
    batchesPerStep: accumulate,
    *imagesFrom(first) {
      for (const [i, batch] of batches.slice(first).entries()) {
        const start = (first + i) * batchSize + Math.floor((batch.length * rank) / size);
        yield Array.from(shareOf(batch, rank, size), (chosen, j) => imageAt(chosen, start + j));
      }
    },
  };
}
