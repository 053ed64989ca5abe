/** Those who load images: this thread, or a number of worker threads, behind one queue of jobs. */
import { PosterError } from '../errors.js';
import { type Lane, openJobQueue } from './job-queue.js';
import { type ImageJob, type ImageRow, type LoadFailure, loadImage } from './load-image.js';
import { startLoaderThread } from './loader-thread.js';

export interface ImageWorkforce {
  /** Loads an image into its place; resolves to why it could not be read, if so. */
  load(job: ImageJob): Promise<LoadFailure | undefined>;
  /** Rejects the jobs not yet begun. */
  cancel(reason: PosterError): void;
  close(): Promise<void>;
}

/** Jobs a thread has at once: while libvips decodes one image, the thread resizes another. */
const lanesPerThread = 2;

/**
 * `workers` threads that fill the row, or this thread when there are none. That this module imports sharp, through
 * loadImage, matters to the threads: libvips must have been loaded by the main thread before them.
 */
export function startWorkforce(workers: number, row: ImageRow): ImageWorkforce {
  const threads = Array.from({ length: workers }, () => startLoaderThread(row));
  const loads =
    workers === 0 ? [(job: ImageJob) => loadImage(row, job)] : threads.map((thread) => thread.load);
  const lanes = Array.from(
    { length: lanesPerThread },
    (): Lane<ImageJob, LoadFailure | undefined>[] => loads,
  );
  const queue = openJobQueue(lanes.flat());
  let closed: PosterError | undefined;
  return {
    load: (job) => (closed ? Promise.reject(closed) : queue.run(job)),
    cancel: queue.clear,
    async close() {
      closed ??= new PosterError('disposed', 'The image loader was closed while it was loading.');
      queue.clear(closed);
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}
