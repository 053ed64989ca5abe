/** How far a training is: everything a resumed run needs beside tensors. */
import { z } from 'zod';
import { bestEpochSchema, type EpochRecord, epochRecordSchema } from '../../runs/epoch-record.js';

const count = z.int().min(0);

const totalsSchema = z.object({
  /** Sums over the images shown so far in this epoch. */
  loss: z.number(),
  correct: count,
  images: count,
  /** Time spent on them. */
  seconds: z.number().min(0),
});

export const progressSchema = z.object({
  /** The epoch in progress, from 0, and the steps done in it. */
  epoch: count,
  step: count,
  /** Optimiser steps in all. */
  steps: count,
  totals: totalsSchema,
  history: z.array(epochRecordSchema),
  /** The best epoch and its accuracy; null before the first has ended. */
  best: bestEpochSchema.nullable(),
});

export type Progress = z.infer<typeof progressSchema>;

const nothingYet = { loss: 0, correct: 0, images: 0, seconds: 0 };

/** Before the first step of the epoch of that index. */
export function startOf(epoch: number): Progress {
  return { epoch, step: 0, steps: 0, totals: nothingYet, history: [], best: null };
}

/** What one step adds. */
export interface StepTotals {
  /** Mean loss of its images. */
  readonly loss: number;
  readonly correct: number;
  readonly images: number;
  readonly seconds: number;
}

export function afterStep(progress: Progress, { loss, correct, images, seconds }: StepTotals): Progress {
  const { totals } = progress;
  return {
    ...progress,
    step: progress.step + 1,
    steps: progress.steps + 1,
    totals: {
      loss: totals.loss + loss * images,
      correct: totals.correct + correct,
      images: totals.images + images,
      seconds: totals.seconds + seconds,
    },
  };
}

/** A step whose images could not be read: its place in the epoch is passed, nothing was learned. */
export function afterSkippedStep(progress: Progress, seconds: number): Progress {
  const { totals } = progress;
  return {
    ...progress,
    step: progress.step + 1,
    totals: { ...totals, seconds: totals.seconds + seconds },
  };
}

/** The first step of the next epoch. */
export function afterEpoch(progress: Progress, record: EpochRecord, best: Progress['best']): Progress {
  return {
    ...progress,
    epoch: progress.epoch + 1,
    step: 0,
    totals: nothingYet,
    history: [...progress.history, record],
    best,
  };
}
