/** Threads that work on pixels: decoding, finding faces and drawing keep a core busy for tens of milliseconds. */
import { loadForThreads } from '../../image/sharp.js';
import { opened } from '../../threads/thread.js';
import { startThreads } from '../../threads/thread-pool.js';
import { requireGiven, requireOptions } from '../../util/given.js';
import type { ImageReader } from './image-reader.js';
import type { ReaderMethods, ReaderOrder } from './reader-worker.js';

/** An {@link ImageReader} of several threads. */
export interface ReaderThreads extends ImageReader {
  /** Rejects when a thread ends unasked. */
  readonly failure: Promise<never>;
  close(): Promise<void>;
}

/** @throws PosterError whatever `openFaceFinder` throws */
export async function openReaderThreads(count: number, order: ReaderOrder): Promise<ReaderThreads> {
  requireGiven(count, 'the count of openReaderThreads', 'a whole number of at least 1');
  requireOptions(order, 'openReaderThreads', { faces: 'true or false' }, ['faces']);
  loadForThreads();
  const program = new URL('./reader-worker.js', import.meta.url);
  const { ask, failure, close } = await opened(startThreads<ReaderMethods>(count, program, order));
  return {
    findsFaces: order.faces,
    failure,
    close,
    read: (bytes, options) => ask('read', { bytes, options }),
    drawOverlay: (crop, map) => ask('drawOverlay', { crop, map }),
  };
}
