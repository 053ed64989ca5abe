/** How a run stands, in a small file for whoever watches it. */
import { z } from 'zod';
import { messageOf } from '../errors.js';
import { writeAtomically } from '../io/write-atomically.js';
import type { StopReason, TrainEvent } from './events.js';
import type { Host } from './run.js';

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

export interface StatusWriter {
  /** Takes in what the training tells; writes at most once a second, in the background. */
  tell(event: TrainEvent): void;
  /** Writes the last status. */
  end(state: RunStatus['state'], error?: string): Promise<void>;
}

const leastMilliseconds = 1000;

/** A status that cannot be written is left as it is: it ends no training. */
export function createStatusWriter(path: string, now = Date.now): StatusWriter {
  let status: Omit<RunStatus, 'updated'> | null = null;
  let written = Number.NEGATIVE_INFINITY;
  let writing = Promise.resolve();
  const write = () => {
    written = now();
    const text = `${JSON.stringify({ ...status, updated: new Date(written).toISOString() })}\n`;
    writing = writing.then(() => writeAtomically(path, text)).catch(() => {});
  };
  return {
    tell(event) {
      status = after(status, event);
      if (status && now() - written >= leastMilliseconds) write();
    },
    async end(state, error) {
      if (!status) return;
      status = { ...status, state, error: error ?? null, secondsLeft: state === 'finished' ? 0 : null };
      write();
      await writing;
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
  return {
    ...{ state: 'running' as const, error: null, epoch: (resumed?.epochs ?? 0) + 1, epochs: config.epochs },
    ...{ step: resumed?.steps ?? 0, stepsPerEpoch, loss: null, accuracy: null, learningRate: null },
    ...{ imagesPerSecond: null, secondsLeft: null },
  };
}

/** Keeps the status file at `path` while `work` trains with the host it is given. */
export async function withStatus<R extends { readonly stopped: StopReason }>(
  path: string,
  host: Host,
  work: (host: Host) => Promise<R>,
): Promise<R> {
  const status = createStatusWriter(path);
  const emit = (event: TrainEvent) => {
    status.tell(event);
    host.emit(event);
  };
  try {
    const result = await work({ emit, stopRequested: host.stopRequested });
    const isDone = result.stopped === 'all epochs' || result.stopped === 'early stopping';
    await status.end(isDone ? 'finished' : 'interrupted');
    return result;
  } catch (error) {
    await status.end('failed', messageOf(error));
    throw error;
  }
}
