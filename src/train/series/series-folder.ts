/** The folder of a series of runs: its plan, and a run folder for each. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { PosterError } from '../../errors.js';
import { describeSystemError, writeAtomically } from '../../io/write-atomically.js';
import { parseJson } from '../../util/parse-json.js';
import type { TrainingOverrides } from '../config/training-options.js';

const planSchema = z.object({
  version: z.literal(1),
  kind: z.enum(['folds', 'seeds']),
  count: z.int().min(2),
  /** The CSV of subjects, where there is one. */
  subjects: z.string().nullable(),
  /** The training options that were given. */
  overrides: z.record(z.string(), z.unknown()),
});

/** What is to be trained. */
export interface SeriesPlan extends Omit<z.infer<typeof planSchema>, 'overrides'> {
  readonly overrides: TrainingOverrides;
}

export function seriesFolder(root: string) {
  const at = (name: string) => join(resolve(root), name);
  return {
    root: resolve(root),
    plan: at('series-plan.json'),
    /** The folds of all images. */
    folds: at('folds.csv'),
    figures: at('series.json'),
    page: at('series.html'),
    /** The evaluation of all folds together. */
    pooled: at('pooled'),
    /** The run folder of a training. */
    part: at,
  };
}

export type SeriesFolder = ReturnType<typeof seriesFolder>;

/** Whether a folder holds a series of runs. */
export function isSeries(root: string): boolean {
  return existsSync(seriesFolder(root).plan);
}

/** @throws PosterError `data.layout` for another file. */
export async function readPlan({ plan }: SeriesFolder): Promise<SeriesPlan> {
  const text = await readFile(plan, 'utf8').catch((cause: unknown) => {
    throw new PosterError('file.missing', `Could not read ${plan} (${describeSystemError(cause)}).`, {
      cause,
    });
  });
  const parsed = planSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data as SeriesPlan;
  throw new PosterError(
    'data.layout',
    `Expected the plan of a series of runs in ${plan}, but it is another file; start again with --folds or --seeds.`,
  );
}

export async function writePlan({ plan }: SeriesFolder, content: SeriesPlan): Promise<void> {
  await writeAtomically(plan, `${JSON.stringify(content, null, 2)}\n`);
}
