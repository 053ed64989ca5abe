/** What became of a photo, also as the journal keeps it. */
import { z } from 'zod';

const point = z.object({ x: z.number(), y: z.number() });

/** A face that was cut out; coordinates in pixels of the upright photo. */
const cutFace = z.object({
  score: z.number(),
  box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  points: z.tuple([point, point, point, point, point]),
});

export type CutFace = z.infer<typeof cutFace>;

export const photoOutcome = z.object({
  result: z.enum(['face', 'no face', 'unreadable']),
  /** How many faces were found, cut out or not. */
  found: z.int().min(0),
  /** Those that were cut out, the largest first. */
  faces: z.array(cutFace),
  /** Why it could not be read. */
  reason: z.string().optional(),
});

/** What became of a photo. */
export type PhotoOutcome = z.infer<typeof photoOutcome>;
