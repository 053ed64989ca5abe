/**
 * The training recipe: its configuration, batches, optimisation and loop, and series of runs.
 * Here: training as a program calls it.
 */
import { dirname, join, resolve } from 'node:path';
import { onAbort } from '../errors.js';
import { loadForThreads } from '../image/sharp.js';
import { isShippedModel } from '../model/shipped-names.js';
import { isRun } from '../runs/run-folder.js';
import { startThread, type Thread } from '../threads/thread.js';
import { requireOptions } from '../util/given.js';
import type { TrainingConfig, TrainingOverrides } from './config/training-options.js';
import type { DryRunResult, TrainEvent, TrainResult } from './events.js';
import type { RunRequest } from './loop/run-training.js';
import type { Processes } from './process-group.js';
import type { TrainingMethods } from './worker.js';

export type { DryRunResult, StopReason, TrainEvent, TrainingSummary, TrainResult } from './events.js';

/** The training's options, each with the default of the data type's recipe, and where the run is kept. */
export interface TrainOptions extends TrainingOverrides {
  /** The run folder; by default that of the run to resume, else runs/<data type>-<time>. */
  readonly output?: string | undefined;
  /** Where the checkpoints go; by default last.pth and best.pth in the run folder. */
  readonly lastCheckpoint?: string | undefined;
  readonly bestCheckpoint?: string | undefined;
  /** A checkpoint to resume from, of this program or the official one; its options are the defaults. */
  readonly resume?: string | undefined;
  /** This process's place where several train together; rank 0 writes. Batch sizes are those of all together. */
  readonly processes?: Processes | undefined;
  /** Ends the training after the current step, with its state saved. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
}

/**
 * Trains POSTER V2 on libtorch, in a thread of its own.
 *
 * The state is saved after each epoch and every `saveMinutes` minutes; a run resumed from it gives the same
 * weights, to the bit on a CPU, as one that was never interrupted. An aborted training is no error: it resolves,
 * with `stopped: 'interrupted'`.
 *
 *     const { best, folder } = await train({ dataType: 'RAF-DB', data: 'raf-db', epochs: 20 });
 *
 * @throws PosterError `option.invalid`, `data.layout`, `file.missing`, `checkpoint.*` for what it is given;
 * `engine.unavailable` without libtorch; `run.busy` when another run has the folder; `training.diverged`,
 * with the step, when the loss is not finite; `worker.lost` when another process ended; `file.unwritable`.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  requireOptions(options, 'train', { data: 'a string', onEvent: 'a function', signal: 'an AbortSignal' });
  const { onEvent } = options;
  return inThread(options, ({ ask }, request) => ask('train', request, { onEvent }));
}

/** Does all that {@link train} does before training, and two steps; writes nothing. */
export async function tryTraining(options: TrainOptions): Promise<DryRunResult> {
  requireOptions(options, 'tryTraining', { data: 'a string', signal: 'an AbortSignal' });
  return inThread(options, ({ ask }, request) => ask('dryRun', request));
}

async function inThread<Result>(
  options: TrainOptions,
  work: (thread: Thread<TrainingMethods>, request: RunRequest) => Promise<Result>,
): Promise<Result> {
  letWaitingThreadsSleep();
  loadForThreads();
  const { signal } = options;
  const stop = new SharedArrayBuffer(4);
  const askToStop = () => Atomics.store(new Int32Array(stop), 0, 1);
  if (signal?.aborted) askToStop();
  const leave = onAbort(signal, askToStop);
  const program = new URL('./worker.js', import.meta.url);
  const thread = startThread<TrainingMethods>(program, stop, { name: 'The training thread' });
  try {
    return await work(thread, requestOf(options));
  } finally {
    leave();
    await thread.close();
  }
}

/**
 * OpenMP's threads spin while they wait for each other. On cores that anything else uses too, each waits for one
 * that is not running, and training becomes several times slower. libgomp reads this when libtorch is loaded.
 */
function letWaitingThreadsSleep(): void {
  process.env.OMP_WAIT_POLICY ??= 'PASSIVE';
}

function requestOf({
  output,
  lastCheckpoint,
  bestCheckpoint,
  resume,
  processes,
  signal,
  onEvent,
  ...given
}: TrainOptions): RunRequest {
  return {
    output: output ?? (resume && isRun(dirname(resume)) ? dirname(resume) : newRunFolder(given.dataType)),
    ...{ lastCheckpoint, bestCheckpoint, resume, processes },
    overrides: withAbsolutePaths(given),
  };
}

/** A run may be resumed from another working folder. */
export function withAbsolutePaths(overrides: TrainingOverrides): TrainingOverrides {
  const absolute = (path: string | null | undefined) => path && resolve(path);
  const { data, votes, init, ir50, mobilefacenet, teacher, foldList } = overrides;
  return {
    ...overrides,
    ...(teacher && { teacher: teacher.map(absoluteTeacher) }),
    ...{ votes: absolute(votes), ir50: absolute(ir50), mobilefacenet: absolute(mobilefacenet) },
    ...(foldList && { foldList: resolve(foldList) }),
    ...(init && { init: isShippedModel(init) ? init : resolve(init) }),
    ...(data && { data: resolve(data) }),
  };
}

function absoluteTeacher(teacher: NonNullable<TrainingConfig['teacher']>[number]) {
  return typeof teacher === 'string' ? resolve(teacher) : { ...teacher, path: resolve(teacher.path) };
}

export function newRunFolder(dataType = 'RAF-DB'): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return join('runs', `${dataType.toLowerCase()}-${time}`);
}
