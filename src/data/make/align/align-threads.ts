/** Threads that align photos: finding faces keeps a core busy for a fifth of a second. */

import { loadForThreads } from '../../../image/sharp.js';
import { opened } from '../../../threads/thread.js';
import { startThreads } from '../../../threads/thread-pool.js';
import type { PhotoJob } from './align-photo.js';
import type { AlignInit, AlignMethods } from './align-worker.js';
import type { PhotoOutcome } from './photo-outcome.js';

export interface AlignThreads {
  align(job: PhotoJob): Promise<PhotoOutcome>;
  close(): Promise<void>;
}

/** @throws PosterError whatever `openFaceFinder` throws */
export async function openAlignThreads(count: number, order: AlignInit): Promise<AlignThreads> {
  loadForThreads();
  const program = new URL('./align-worker.js', import.meta.url);
  const { ask, close } = await opened(startThreads<AlignMethods>(count, program, order));
  return { align: (job) => ask('align', job), close };
}
