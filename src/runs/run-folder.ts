/** Where a training run keeps its files. */
import { existsSync } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { PosterError } from '../errors.js';
import { type Lock, takeLock } from '../io/lock-file.js';
import { parseJson } from '../util/parse-json.js';
import { trainingSchema } from '../train/config/training-options.js';
import { runStatusSchema } from './run-status.js';

/** The files of one run. */
export interface RunFolder {
  readonly root: string;
  /** The resolved configuration. */
  readonly config: string;
  /** The checkpoint to resume from. */
  readonly last: string;
  /** The checkpoint of the best epoch. */
  readonly best: string;
  /** A line per epoch, for spreadsheets and for programs. */
  readonly historyCsv: string;
  readonly historyJsonl: string;
  /** How the run stands, for whoever watches it. */
  readonly status: string;
  /** Event files for `tensorboard --logdir`. */
  readonly tensorboard: string;
  /** The best epoch's evaluation and the curves. */
  readonly report: string;
  readonly lock: string;
}

/** The files of the run in the folder `root`; the checkpoints may be kept elsewhere. */
export function runFolder(
  root: string,
  checkpoints: { readonly last?: string | undefined; readonly best?: string | undefined } = {},
): RunFolder {
  const at = (name: string) => join(resolve(root), name);
  return {
    root: resolve(root),
    config: at('config.json'),
    last: checkpoints.last ? resolve(checkpoints.last) : at('last.pth'),
    best: checkpoints.best ? resolve(checkpoints.best) : at('best.pth'),
    historyCsv: at('history.csv'),
    historyJsonl: at('history.jsonl'),
    status: at('status.json'),
    tensorboard: at('tensorboard'),
    report: at('report'),
    lock: at('run.lock'),
  };
}

/**
 * Keeps other runs out of the folder.
 * @throws PosterError `run.busy` or `file.unwritable`
 */
export function lockRun({ root, lock }: RunFolder): Promise<Lock> {
  return takeLock(lock, { what: root, remedy: 'wait for that run, choose another --output' });
}

/** Whether a folder holds a run. */
export function isRun(root: string): boolean {
  return existsSync(runFolder(root).config);
}

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
async function foreignFile({ config, status, historyCsv, report }: RunFolder): Promise<string | undefined> {
  if (await isOther(config, trainingSchema)) return config;
  if (await isOther(status, runStatusSchema)) return status;
  return (await exists(historyCsv)) ? historyCsv : (await exists(report)) ? report : undefined;
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
