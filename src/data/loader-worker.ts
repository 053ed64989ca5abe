/** The program of a loader thread: takes jobs, fills their places in the shared row, answers when each is done. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ImageJob, type ImageRow, loadImage } from './load-image.js';
import type { JobDone } from './loader-thread.js';

const port = parentPort!;
const row: ImageRow = workerData;
const running = new Set<Promise<void>>();

port.on('message', async (message: ImageJob | 'close') => {
  if (message === 'close') {
    await Promise.all(running);
    port.close(); // nothing else keeps the thread alive
    return;
  }
  const work = answer(message);
  running.add(work);
  await work;
  running.delete(work);
});

async function answer(job: ImageJob): Promise<void> {
  const failure = await loadImage(row, job);
  port.postMessage({ position: job.position, failure } satisfies JobDone);
}
