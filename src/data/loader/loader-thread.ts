/** A worker thread that loads images into shared memory, seen from the thread that started it. */
import { Worker } from 'node:worker_threads';
import { messageOf, PosterError } from '../../errors.js';
import type { ImageJob, ImageRow, LoadOutcome } from './load-image.js';

/** What a thread is told apart from jobs: to give up those not yet begun, or to end after those it has. */
export type LoaderCommand = 'cancel' | 'close';

/** What a thread answers to a job; jobs are told apart by their place in the row, which only one fills at a time. */
export interface JobDone {
  readonly position: number;
  readonly outcome: LoadOutcome;
}

export interface LoaderThread {
  load(job: ImageJob): Promise<LoadOutcome>;
  /** Gives up the jobs not yet begun: they end with an `aborted` failure. */
  cancel(): void;
  /** Resolves when the thread has finished what it had begun and is gone. May be called more than once. */
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (outcome: LoadOutcome) => void;
  readonly reject: (reason: Error) => void;
}

/** Others, such as --input-type and --eval, would have the thread run another program. */
const inheritedFlags = new Set(['--enable-source-maps', '--trace-warnings']);

/** Starts a thread. While it has nothing to do it does not keep the process alive. */
export function startLoaderThread(row: ImageRow): LoaderThread {
  const worker = new Worker(new URL('./loader-worker.js', import.meta.url), {
    workerData: row,
    execArgv: process.execArgv.filter((flag) => inheritedFlags.has(flag)),
  });
  const pending = new Map<number, Pending>();
  let closing = false;
  let ended: PosterError | undefined;
  const end = (cause: unknown): void => {
    ended ??= new PosterError(
      'engine.failed',
      `A thread that loads images stopped unexpectedly (${messageOf(cause)}); start again, with fewer workers if memory is short.`,
      { cause },
    );
    for (const { reject } of pending.values()) reject(ended);
    pending.clear();
  };
  worker.on('message', ({ position, outcome }: JobDone) => {
    pending.get(position)?.resolve(outcome);
    pending.delete(position);
    if (pending.size === 0 && !closing) worker.unref();
  });
  worker.on('error', end);
  worker.on('exit', (code) => end(`exit code ${code}`));
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.unref();

  return {
    load: (job) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        pending.set(job.position, { resolve, reject });
        worker.ref();
        worker.postMessage(job);
      }),
    cancel: () => worker.postMessage('cancel' satisfies LoaderCommand),
    async close() {
      if (ended) return;
      closing = true;
      worker.ref();
      worker.postMessage('close' satisfies LoaderCommand);
      await gone;
    },
  };
}
