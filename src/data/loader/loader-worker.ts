/** The program of a loader thread: takes jobs, fills their places in the shared row, answers when each is done. */
import { parentPort, workerData } from 'node:worker_threads';
import { PosterError } from '../../errors.js';
import { openLocalQueue } from './decoder-pool.js';
import type { ImageJob, LoadFailure } from './load-image.js';
import type { JobDone, LoaderCommand } from './loader-thread.js';

const port = parentPort!;
const queue = openLocalQueue(workerData);
const running = new Set<Promise<void>>();

port.on('message', async (message: ImageJob | LoaderCommand) => {
  if (message === 'cancel') {
    queue.clear(new PosterError('aborted', 'Loading images was cancelled.'));
  } else if (message === 'close') {
    await Promise.all(running);
    port.close(); // nothing else keeps the thread alive
  } else {
    const work = answer(message);
    running.add(work);
    await work;
    running.delete(work);
  }
});

async function answer(job: ImageJob): Promise<void> {
  const outcome = await queue.run(job).catch(ifCancelled);
  port.postMessage({ position: job.position, outcome } satisfies JobDone);
}

function ifCancelled(error: unknown): LoadFailure {
  if (!(error instanceof PosterError)) throw error;
  return { code: error.code, message: error.message };
}
