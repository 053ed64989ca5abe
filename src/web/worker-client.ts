/** The page's end of its conversation with the worker. Browser-safe. */
import { PosterError } from '../errors.js';
import type { FromWorker, LoadProgress, Replies, Request } from './messages.js';

export interface WorkerClient {
  /** Sends a request and waits for its answer; `transfer` lists what the page gives away. */
  call<R extends Request>(request: R, transfer?: Transferable[]): Promise<Replies[R['type']]>;
  /** Ends the worker and frees its memory; what it still owes fails with `reason`. */
  close(reason: PosterError): void;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** Starts a worker. */
export function startWorker(onProgress: (progress: LoadProgress) => void): WorkerClient {
  // Bundlers recognise exactly this expression and build the worker beside the page.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'poster-v2' });
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let ended: PosterError | undefined;

  /** A worker that failed may live on in a state nobody knows, so it is ended, too. */
  const end = (reason: PosterError) => {
    ended ??= reason;
    worker.terminate();
    for (const { reject } of pending.values()) reject(reason);
    pending.clear();
  };
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if ('progress' in data) return onProgress(data.progress);
    settle(pending.get(data.id), data);
    pending.delete(data.id);
  };
  worker.onerror = ({ message }) =>
    end(
      new PosterError(
        'engine.unavailable',
        `The recognition worker stopped (${message || 'its script could not be loaded'}); check that the page may load its own scripts and has memory left.`,
      ),
    );

  return {
    call(request, transfer = []) {
      return new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const id = ++lastId;
        worker.postMessage({ ...request, id }, transfer);
        pending.set(id, { resolve, reject });
      });
    },
    close: end,
  };
}

function settle(waiting: Pending | undefined, answer: Exclude<FromWorker, { progress: LoadProgress }>): void {
  if ('value' in answer) {
    waiting?.resolve(answer.value as never);
  } else {
    const { code, message } = answer.error;
    waiting?.reject(code ? new PosterError(code, message) : new Error(message));
  }
}
