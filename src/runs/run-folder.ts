/**
 * The folder that a training run leaves, and what is read from it while it runs and afterwards.
 * Here: where a training run keeps its files.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Lock, takeLock } from '../io/lock-file.js';

/** The files of one run. */
export interface RunFolder {
  readonly root: string;
  /** The resolved configuration. */
  readonly config: string;
  /** The checkpoint to resume from. */
  readonly last: string;
  /** The checkpoint of the best epoch. */
  readonly best: string;
  /** The images that were held out of the training set, path and class. */
  readonly heldOut: string;
  /** A line per epoch, for spreadsheets and for programs. */
  readonly historyCsv: string;
  readonly historyJsonl: string;
  /** How the run stands, for whoever watches it. */
  readonly status: string;
  /** Event files for `tensorboard --logdir`. */
  readonly tensorboard: string;
  /** The best epoch's evaluation and the curves. */
  readonly report: string;
  /** A picture of augmented training images. */
  readonly augmented: string;
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
    heldOut: at('held-out.csv'),
    historyCsv: at('history.csv'),
    historyJsonl: at('history.jsonl'),
    status: at('status.json'),
    tensorboard: at('tensorboard'),
    report: at('report'),
    augmented: at('report/augmented.png'),
    lock: at('run.lock'),
  };
}

/** Where the checkpoint of an epoch (from 1) is kept when it was asked for. */
export function epochCheckpoint({ root }: RunFolder, epoch: number): string {
  return join(root, `epoch-${epoch}.pth`);
}

/** Whether a file's name is that of such a checkpoint. */
export function isEpochCheckpoint(name: string): boolean {
  return /^epoch-\d+\.pth$/.test(name);
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
