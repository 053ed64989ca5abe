/** A training under way: what its parts share, and what any of them may do. */
import { PosterError } from '../../errors.js';
import type { RunFolder } from '../../runs/run-folder.js';
import type { EventWriter } from '../../runs/tensorboard.js';
import { noGrad } from '../../torch/autograd.js';
import * as lists from '../../torch/kernels/foreach.js';
import { scope } from '../../torch/scope.js';
import type { StopReason, TrainEvent } from '../events.js';
import type { TrainingSession } from '../session/session.js';
import { saveTraining } from '../weights/training-checkpoint.js';
import type { Speedometer } from './meters.js';
import type { RunState } from './run-state.js';
import type { Stepper } from './stepper.js';

/** The world outside the training. */
export interface Host {
  emit(event: TrainEvent): void;
  /** True as soon as the training is to save and stop. */
  stopRequested(): boolean;
}

/** A training under way. */
export interface Run {
  readonly session: TrainingSession;
  readonly folder: RunFolder;
  readonly events: EventWriter;
  readonly host: Host;
  readonly step: Stepper;
  readonly speedometer: Speedometer;
  readonly state: RunState;
}

/** Why the training is to end now, if it is; all processes that train together agree. */
export function mustStop({ host, state, session }: Run): StopReason | undefined {
  const { timeLimit } = session.config;
  const late = timeLimit !== null && state.isPast(timeLimit);
  const reason = host.stopRequested() ? 'interrupted' : late ? 'time limit' : null;
  return session.group.allGather<StopReason | null>(reason).find((one) => one !== null) ?? undefined;
}

/**
 * Saves the state.
 * @throws PosterError `training.diverged` when it is not worth saving; `file.unwritable`.
 */
export async function save(run: Run): Promise<void> {
  requireFinite(run);
  const { session, folder, state, host } = run;
  if (session.group.rank > 0) return; // all hold the same
  const { config, data, network, parameters, optimizer, average } = session;
  const trainImages = data.train.length;
  await saveTraining(folder.last, {
    config,
    classes: data.classes,
    alignment: data.alignment,
    trainImages,
    network,
    parameters,
    optimizer,
    average,
    progress: state.progress,
  });
  state.saved(folder.last);
  host.emit({ kind: 'saved', path: folder.last });
}

/** @throws PosterError `training.diverged` when a weight or a statistic is infinite or not a number. */
export function requireFinite(run: Run): void {
  const floats = [...run.session.parameters.values()].filter(({ dtype }) => dtype === 'float32');
  const norm = noGrad(() => scope(() => lists.norm(floats)));
  if (!Number.isFinite(norm)) throw diverged(run, run.state.progress.step, `The weights became ${norm}`);
}

/**
 * What to throw for an error of the step `step` of this epoch, from 1: a loss that is not finite is reported with
 * the step and with the way to continue, anything else as it is.
 */
export function withPlace(run: Run, step: number, error: unknown): unknown {
  if (!(error instanceof PosterError) || error.code !== 'training.diverged') return error;
  return diverged(run, step, error.message.split(';')[0]!, error);
}

function diverged({ state }: Run, step: number, what: string, cause?: unknown): PosterError {
  const { progress, lastGood } = state;
  return new PosterError(
    'training.diverged',
    `${what} at step ${step} of epoch ${progress.epoch + 1}; ` +
      (lastGood
        ? `${lastGood} holds the last good state: resume from it with a lower --lr.`
        : 'no state had been saved: start again with a lower --lr.'),
    { cause },
  );
}

/**
 * What to throw for an error that ended the training. When another process was lost, rank 0 saves its last
 * completed step first; the other processes hold the same.
 */
export async function afterFailure(run: Run, error: unknown): Promise<unknown> {
  if (!(error instanceof PosterError) || error.code !== 'worker.lost') return error;
  const { folder, session } = run;
  const { progress } = run.state;
  if (session.group.rank > 0) return error;
  await save(run);
  return new PosterError(
    'worker.lost',
    `Another process of the training ended or did not answer after step ${progress.step} of epoch ` +
      `${progress.epoch + 1}. ${folder.last} holds the state after that step: continue from it with --resume.`,
    { cause: error },
  );
}
