/** The figures of an epoch of training. Browser-safe. */
import { z } from 'zod';

const figure = z.number();

/** How many of a class's validation images were recognised, from 0 to 1; null when there are none. */
const classRecallSchema = z.object({ label: z.string(), recall: figure.nullable() });

/** The figures of one epoch. Accuracies are from 0 to 1, losses in nats. */
export const epochRecordSchema = z.object({
  /** Epochs trained so far: 1 after the first. */
  epoch: z.int().min(1),
  /** Optimiser steps so far. */
  steps: z.int().min(0),
  learningRate: figure,
  /** Means over the epoch's images at the weights before SAM perturbs them. */
  trainLoss: figure,
  trainAccuracy: figure,
  validLoss: figure,
  validAccuracy: figure,
  validMeanClassAccuracy: figure,
  validMacroF1: figure,
  /** The whole epoch, validation included. */
  seconds: figure,
  /** While training. */
  imagesPerSecond: figure,
  /** On the validation images, in class order; not there in runs of earlier versions. */
  validRecalls: z.array(classRecallSchema).optional(),
});

/** The figures of one epoch of training; accuracies are from 0 to 1, losses in nats. */
export type EpochRecord = Readonly<z.infer<typeof epochRecordSchema>>;

/** The figures of an epoch as a whole, by name. */
export type EpochFigure = Exclude<keyof EpochRecord, 'validRecalls'>;

/** The epochs of a training, in order. */
export type History = readonly EpochRecord[];

export const bestEpochSchema = z.object({
  /** The epoch, from 1. */
  epoch: z.int().min(1),
  /** Its validation accuracy, 0 to 1. */
  accuracy: figure,
});

/** The best epoch so far. */
export type BestEpoch = Readonly<z.infer<typeof bestEpochSchema>>;

/** The better of two epochs; of equals the earlier one, as in the official program. */
export function betterOf(best: BestEpoch | null, candidate: BestEpoch): BestEpoch {
  return best && candidate.accuracy <= best.accuracy ? best : candidate;
}
