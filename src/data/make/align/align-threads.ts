/** Threads that align photos: finding faces keeps a core busy for a fifth of a second. */

import type { Alignment } from '../../../image/alignment.js';
import { startThreads } from '../../../io/thread.js';
import { openJobQueue } from '../../loader/job-queue.js';
import type { PhotoJob } from './align-photo.js';
import type { PhotoOutcome } from './photo-outcome.js';

export interface AlignOrder {
  readonly alignment: Alignment;
  /** A YuNet file to detect faces with. Default: the detector that is built in. */
  readonly detector?: string | undefined;
}

export interface AlignThreads {
  align(job: PhotoJob): Promise<PhotoOutcome>;
  close(): Promise<void>;
}

/** @throws PosterError whatever `openFaceFinder` throws */
export async function openAlignThreads(count: number, order: AlignOrder): Promise<AlignThreads> {
  // libvips, which threads share, must have been loaded by the main thread before them
  await import('../../../image/encode.js');
  const program = new URL('./align-worker.js', import.meta.url);
  const { threads, close } = await startThreads<PhotoJob, PhotoOutcome | undefined>(count, program, order);
  const lanes = threads.map((thread) => async (job: PhotoJob) => (await thread.ask(job))!);
  const queue = openJobQueue(lanes);
  return { align: (job) => queue.run(job), close };
}
