/** A training from its first or next step to its end. Runs where libtorch does; see train.ts for the public call. */

import { rmdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { guardOutputs } from '../../io/guard-outputs.js';
import { writeAtomically } from '../../io/write-atomically.js';
import { epochCheckpoint, lockRun, type RunFolder, runFolder } from '../../runs/run-folder.js';
import { openEventWriter } from '../../runs/tensorboard.js';
import type { TrainingConfig } from '../config/training-options.js';
import type { StopReason, TrainResult } from '../events.js';
import { openTrainingSession, type TrainingSessionRequest } from '../session/session.js';
import { summariseSession } from '../session/summarise-session.js';
import { createSpeedometer } from './meters.js';
import { requireUnused } from './require-unused.js';
import { afterFailure, type Host, type Run } from './run.js';
import { writeContactSheet } from './run-report.js';
import { RunState, shouldStop } from './run-state.js';
import { withStatus } from './status.js';
import { createStepper } from './stepper.js';
import { trainEpoch } from './train-epoch.js';
import { validateEpoch } from './validate-epoch.js';

export interface RunRequest extends TrainingSessionRequest {
  /** The run folder. */
  readonly output: string;
  /** Where the checkpoints go, if not into the run folder. */
  readonly lastCheckpoint?: string | undefined;
  readonly bestCheckpoint?: string | undefined;
}

/**
 * Trains, saving as it goes, until all epochs are done or it is told to stop.
 * @throws PosterError as openTrainingSession; `run.busy`, `training.diverged`, `file.unwritable`.
 */
export async function runTraining(request: RunRequest, host: Host): Promise<TrainResult> {
  const { output, lastCheckpoint, bestCheckpoint, resume } = request;
  const folder = runFolder(output, { last: lastCheckpoint, best: bestCheckpoint });
  if ((request.processes?.rank ?? 0) > 0) return await follow(request, folder, host);
  const lock = await lockRun(folder);
  try {
    if (!isOf(folder, resume)) await requireUnused(folder);
    await using session = await openTrainingSession(request);
    await requireNoInput(folder, session.config);
    await writeAtomically(folder.config, `${JSON.stringify(session.config, null, 2)}\n`);
    const events = await openEventWriter(folder.tensorboard, session.progress.steps);
    try {
      return await withStatus(folder.status, host, (host) =>
        trainToEnd({ session, folder, events, host }, resume),
      );
    } finally {
      await events.close();
    }
  } finally {
    await lock.release();
    await rmdir(folder.root).catch(() => {}); // only where nothing was written
  }
}

/** Trains as one of several processes that is not the first: all the same, but it writes nothing. */
async function follow(request: RunRequest, folder: RunFolder, { stopRequested }: Host): Promise<TrainResult> {
  await using session = await openTrainingSession(request);
  const events = { async scalars() {}, async close() {} };
  const host = { emit() {}, stopRequested };
  return await trainToEnd({ session, folder, events, host }, request.resume);
}

/** A resumed run replaces its checkpoints; wherever they are kept, they are not what it learns from. */
async function requireNoInput(folder: RunFolder, config: TrainingConfig): Promise<void> {
  const { data, votes, init, ir50, mobilefacenet, teacher, foldList } = config;
  const teachers = (teacher ?? []).map((file) => (typeof file === 'string' ? file : file.path));
  const inputs = [data, votes, init, ir50, mobilefacenet, foldList, ...teachers].filter(
    (path) => path !== null,
  );
  const guard = guardOutputs({ inputs, force: true });
  await guard.mayWrite(folder.last, '--checkpoint-path');
  await guard.mayWrite(folder.best, '--best-checkpoint-path');
  for (const epoch of config.keep ?? []) await guard.mayWrite(epochCheckpoint(folder, epoch), '--keep');
}

/** Whether a checkpoint is one of a run's own. */
function isOf({ last, best }: RunFolder, resume: string | undefined): boolean {
  return resume !== undefined && [last, best].includes(resolve(resume));
}

/** Trains a session from where it stands until all epochs are done or it is told to stop. */
async function trainToEnd(
  parts: Pick<Run, 'session' | 'folder' | 'events' | 'host'>,
  resume: string | undefined,
): Promise<TrainResult> {
  const { session, folder, host } = parts;
  const { config, data, progress } = session;
  const images = data.train.length * (config.epochs - progress.epoch);
  const run: Run = {
    ...parts,
    step: createStepper(session),
    speedometer: createSpeedometer(images, progress.totals.images),
    state: new RunState(progress, resume ?? null),
  };
  host.emit({ kind: 'start', summary: summariseSession(session, folder) });
  if (progress.steps === 0 && session.group.rank === 0) await writeContactSheet(folder, session);
  const stopped = await trainEpochs(run).catch(async (error: unknown) => {
    throw await afterFailure(run, error);
  });
  const { evaluation, progress: reached } = run.state;
  const { epoch, steps, history, best } = reached;
  return { stopped, folder, epochs: epoch, steps, history, best, evaluation };
}

async function trainEpochs(run: Run): Promise<StopReason> {
  const { session, state } = run;
  const { config } = session;
  while (state.progress.epoch < config.epochs) {
    const stopped = (await trainEpoch(run)) ?? (await validateEpoch(run));
    if (stopped) return stopped;
    const { best, epoch } = state.progress;
    if (best && shouldStop(best, epoch, config.earlyStopping)) return 'early stopping';
  }
  return 'all epochs';
}
