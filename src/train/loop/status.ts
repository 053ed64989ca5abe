/** How a run stands, in a small file that others can watch. */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { messageOf } from '../../errors.js';
import type { RunStatus } from '../../runs/run-status.js';
import type { StopReason, TrainEvent } from '../events.js';
import type { Host } from './run.js';

export interface StatusWriter {
  /** Takes in an event; writes at most once a second. */
  update(event: TrainEvent): void;
  /** Writes the last status. Of a training that never began, only where a status of an earlier one is to be replaced. */
  end(state: RunStatus['state'], error?: string): void;
}

const minMilliseconds = 1000;

const nothingYet: Omit<RunStatus, 'state' | 'updated'> = {
  ...{ error: null, epoch: 0, epochs: 0, step: 0, stepsPerEpoch: 0, loss: null, accuracy: null },
  ...{ learningRate: null, imagesPerSecond: null, secondsLeft: null },
};

/**
 * A status that cannot be written is left as it is: it ends no training. It is written in one go, because the thread of
 * a training, at work for a whole step at a time, would take many steps for the parts of writing in the background.
 */
export function createStatusWriter(path: string, now = Date.now): StatusWriter {
  let status: Omit<RunStatus, 'updated'> | null = null;
  let written = Number.NEGATIVE_INFINITY;
  const write = (status: Omit<RunStatus, 'updated'>) => {
    written = now();
    try {
      const aside = `${path}.part`;
      writeFileSync(aside, `${JSON.stringify({ ...status, updated: new Date(written).toISOString() })}\n`);
      renameSync(aside, path);
    } catch {}
  };
  return {
    update(event) {
      status = after(status, event);
      if (status && now() - written >= minMilliseconds) write(status);
    },
    end(state, error) {
      if (!status && !existsSync(path)) return;
      const secondsLeft = state === 'finished' ? 0 : null;
      write({ ...(status ?? nothingYet), state, error: error ?? null, secondsLeft });
    },
  };
}

function after(status: Omit<RunStatus, 'updated'> | null, event: TrainEvent) {
  if (event.kind === 'start') return atStart(event.summary);
  if (event.kind !== 'step' || !status) return status;
  const { epoch, step, stepsPerEpoch, loss, accuracy, learningRate, imagesPerSecond, secondsLeft } = event;
  return {
    ...{ ...status, epoch, step, stepsPerEpoch, loss, accuracy, learningRate },
    // Not finite before anything is measured.
    imagesPerSecond: Number.isFinite(imagesPerSecond) ? imagesPerSecond : null,
    secondsLeft: Number.isFinite(secondsLeft) ? secondsLeft : null,
  };
}

function atStart({ config, stepsPerEpoch, resumed }: Extract<TrainEvent, { kind: 'start' }>['summary']) {
  const [epoch, step] = [(resumed?.epochs ?? 0) + 1, resumed?.steps ?? 0];
  return { ...nothingYet, state: 'running' as const, epoch, epochs: config.epochs, step, stepsPerEpoch };
}

/** Keeps the status file at `path` while `work` trains with the host it is given. */
export async function withStatus<R extends { readonly stopped: StopReason }>(
  path: string,
  host: Host,
  work: (host: Host) => Promise<R>,
): Promise<R> {
  const status = createStatusWriter(path);
  const emit = (event: TrainEvent) => {
    status.update(event);
    host.emit(event);
  };
  try {
    const result = await work({ emit, stopRequested: host.stopRequested });
    const isDone = result.stopped === 'all epochs' || result.stopped === 'early stopping';
    status.end(isDone ? 'finished' : 'interrupted');
    return result;
  } catch (error) {
    status.end('failed', messageOf(error));
    throw error;
  }
}
