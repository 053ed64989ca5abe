/** Threads that work on pixels: decoding, finding faces and drawing keep a core busy for tens of milliseconds. */
import type { HeatMap } from '../../explain/explanation.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { startThreads, type Thread } from '../../io/thread.js';
import type { ImageReader, ReadImage, ReadOptions } from './image-reader.js';

export interface ReaderOrder {
  /** Find faces, too: the models of each thread take some 30 MB. */
  readonly faces: boolean;
  /** A YuNet file to detect faces with. Default: BlazeFace. */
  readonly detector?: string | undefined;
  /** A checkpoint whose landmark head places landmarks, too. Default: none. */
  readonly landmarks?: string | undefined;
}

export type ReaderQuestion =
  | 'ready'
  | { readonly bytes: Uint8Array; readonly options: ReadOptions }
  | { readonly crop: RgbImage; readonly map: HeatMap };

/** What was read, a file that was drawn, or nothing of a thread that is ready. */
export type ReaderAnswer = ReadImage | Uint8Array | undefined;

export interface ReaderThreads extends ImageReader {
  /** Rejects when a thread ends unasked. */
  readonly failure: Promise<never>;
  close(): Promise<void>;
}

/** @throws PosterError whatever `openFaceFinder` throws */
export async function openReaderThreads(count: number, order: ReaderOrder): Promise<ReaderThreads> {
  const program = new URL('./reader-worker.js', import.meta.url);
  const { threads, close } = await startThreads<ReaderQuestion, ReaderAnswer>(count, program, order);
  const busy = new Map(threads.map((thread) => [thread, 0]));
  const failure = Promise.race(threads.map((thread) => thread.failure));
  failure.catch(() => {}); // not everybody waits for it
  async function ask<Answer extends ReaderAnswer>(question: ReaderQuestion): Promise<Answer> {
    const thread = leastBusy(busy);
    busy.set(thread, busy.get(thread)! + 1);
    try {
      return (await thread.ask(question)) as Answer;
    } finally {
      busy.set(thread, busy.get(thread)! - 1);
    }
  }
  return {
    findsFaces: order.faces,
    failure,
    close,
    read: (bytes, options) => ask<ReadImage>({ bytes, options }),
    drawOverlay: (crop, map) => ask<Uint8Array>({ crop, map }),
  };
}

function leastBusy<Key extends Thread<never, unknown>>(busy: ReadonlyMap<Key, number>): Key {
  return [...busy].reduce((least, one) => (one[1] < least[1] ? one : least))[0];
}
