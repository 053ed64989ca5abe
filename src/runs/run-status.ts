/** What status.json of a run folder says. Browser-safe. */
import { z } from 'zod';

const count = z.int().min(0);

/** Figures are null until they are known. */
export const runStatusSchema = z.object({
  /** `running` with an old `updated` is what a killed run leaves. `interrupted` runs can be resumed. */
  state: z.enum(['running', 'finished', 'interrupted', 'failed']),
  /** Why it failed, in a sentence. */
  error: z.string().nullable(),
  /** The epoch in progress or last done, from 1, of so many, and the steps done in it. */
  epoch: count,
  epochs: count,
  step: count,
  stepsPerEpoch: count,
  /** Means over the epoch so far: nats, and from 0 to 1. */
  loss: z.number().nullable(),
  accuracy: z.number().nullable(),
  learningRate: z.number().nullable(),
  imagesPerSecond: z.number().nullable(),
  /** Until the last epoch has ended. */
  secondsLeft: z.number().nullable(),
  /** When this was written, in ISO 8601. */
  updated: z.iso.datetime(),
});

export type RunStatus = Readonly<z.infer<typeof runStatusSchema>>;
