/** Those who load images: this thread, or a number of worker threads, behind one queue of jobs. */
import { PosterError } from '../../errors.js';
import { type JobQueue, type Lane, openJobQueue } from './job-queue.js';
import { type ImageJob, type ImageRow, type LoadOutcome, loadImage } from './load-image.js';
import { type LoaderThread, startLoaderThread } from './loader-thread.js';

export interface DecoderPool {
  /** Loads an image into its place. */
  load(job: ImageJob): Promise<LoadOutcome>;
  /** Rejects the jobs not yet begun. */
  cancel(reason: PosterError): void;
  close(): Promise<void>;
}

/**
 * `workers` threads that fill the row, or this thread when there are none. That this module imports sharp, through
 * loadImage, matters to the threads: libvips must have been loaded by the main thread before them.
 *
 * @param jobsAhead jobs handed to the threads before any is done: all that may be wanted, so that the threads have
 *   work while this thread is busy and cannot hand out more.
 */
export function startWorkforce(workers: number, row: ImageRow, jobsAhead: number): DecoderPool {
  const threads = Array.from({ length: workers }, () => startLoaderThread(row));
  const lanesPerThread = Math.ceil(jobsAhead / Math.max(workers, 1));
  const queue = workers === 0 ? openLocalQueue(row) : openJobQueue(repeat(threads, lanesPerThread));
  const cancel = (reason: PosterError) => {
    queue.clear(reason);
    for (const thread of threads) thread.cancel();
  };
  let closed: PosterError | undefined;
  return {
    load: (job) => (closed ? Promise.reject(closed) : queue.run(job)),
    cancel,
    async close() {
      closed ??= new PosterError('disposed', 'The image loader was closed while it was loading.');
      cancel(closed);
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

/** Images in the making at once: while libvips decodes one, the thread resizes another. */
const imagesAtOnce = 2;

/** The jobs of one thread that does the work itself. */
export function openLocalQueue(row: ImageRow): JobQueue<ImageJob, LoadOutcome> {
  return openJobQueue(Array.from({ length: imagesAtOnce }, () => (job: ImageJob) => loadImage(row, job)));
}

/** Each thread `times` times, taking turns. */
function repeat(threads: readonly LoaderThread[], times: number): Lane<ImageJob, LoadOutcome>[] {
  return Array.from({ length: times }, () => threads.map(({ load }) => load)).flat();
}
