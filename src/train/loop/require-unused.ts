/** A new run replaces nothing that was there before it. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { PosterError } from '../../errors.js';
import { isEpochCheckpoint, type RunFolder } from '../../runs/run-folder.js';
import { runStatusSchema } from '../../runs/run-status.js';
import { parseJson } from '../../util/parse-json.js';
import { trainingSchema } from '../config/training-options.js';

/**
 * Makes sure that a new run overwrites none, nor anything else.
 * @throws PosterError `run.busy` when a checkpoint or a history of another run is there; `file.unwritable` when a
 * file of the user's has the name of one that is written.
 */
export async function requireUnused(folder: RunFolder): Promise<void> {
  const { root, last, best, historyJsonl } = folder;
  for (const path of [last, best, historyJsonl])
    if (await exists(path))
      throw new PosterError(
        'run.busy',
        `Expected no other run in ${root}, but ${path} is there; continue that run with --resume ${last}, ` +
          'or choose another --output.',
      );
  const foreign = await foreignFile(folder);
  if (foreign === undefined) return;
  throw new PosterError(
    'file.unwritable',
    `Expected ${root} to have no other file of a name that a run writes, but ${foreign} is there; choose another --output.`,
  );
}

/**
 * A file that would be replaced and is none of a run that came to nothing: such a run leaves its configuration, its
 * status and event files, each in its own form.
 */
async function foreignFile({
  root,
  config,
  status,
  heldOut,
  historyCsv,
  report,
}: RunFolder): Promise<string | undefined> {
  if (await isOther(config, trainingSchema)) return config;
  if (await isOther(status, runStatusSchema)) return status;
  const kept = (await readdir(root).catch((): string[] => [])).find(isEpochCheckpoint);
  if (kept !== undefined) return join(root, kept);
  for (const path of [heldOut, historyCsv, report]) if (await exists(path)) return path;
  return undefined;
}

/** Whether there is something that is not of the schema. */
async function isOther(path: string, schema: z.ZodType): Promise<boolean> {
  if (!(await exists(path))) return false;
  const text = await readFile(path, 'utf8').catch(() => '');
  return !schema.safeParse(parseJson(text)).success;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
