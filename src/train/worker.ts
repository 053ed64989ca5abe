/** The program of the training thread: libtorch and the loop live here, so that the caller's thread stays free. */
import { parentPort, workerData } from 'node:worker_threads';
import { PosterError } from '../errors.js';
import type { DryRunResult, TrainEvent, TrainResult } from './events.js';
import { type RunRequest, runTraining } from './loop/run-training.js';
import { dryRun } from './session/dry-run.js';

/** What the thread is started with. */
export interface WorkerInit {
  readonly request: RunRequest;
  readonly dryRun: boolean;
  /** An Int32Array of one element: anything but 0 asks the training to save and stop. */
  readonly stop: SharedArrayBuffer;
}

/** What the thread says. */
export type WorkerMessage =
  | { readonly event: TrainEvent }
  | { readonly result: TrainResult | DryRunResult }
  | {
      readonly failure: {
        readonly code?: PosterError['code'];
        readonly message: string;
        readonly stack?: string;
      };
    };

const port = parentPort!;
const order: WorkerInit = workerData;
const stop = new Int32Array(order.stop);

function say(message: WorkerMessage): void {
  port.postMessage(message);
}

async function work(): Promise<TrainResult | DryRunResult> {
  if (order.dryRun) return dryRun(order.request);
  return runTraining(order.request, {
    emit: (event) => say({ event }),
    stopRequested: () => Atomics.load(stop, 0) !== 0,
  });
}

function failureOf(error: unknown): { code?: PosterError['code']; message: string; stack?: string } {
  if (error instanceof PosterError) return { code: error.code, message: error.message };
  return error instanceof Error
    ? { message: error.message, ...(error.stack && { stack: error.stack }) }
    : { message: String(error) };
}

work().then(
  (result) => say({ result }),
  (error) => say({ failure: failureOf(error) }),
);
