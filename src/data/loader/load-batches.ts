/** One load of a loader: batches assembled from single images, ahead of their consumer and in the order of the requests. */
import { abortedError, onAbort, type PosterError } from '../../errors.js';
import { isUnreadable } from '../../image/decode/image-defect.js';
import type { Thread } from '../../threads/thread.js';
import { fillAhead } from '../../util/fill-ahead.js';
import { inChunks } from '../../util/in-chunks.js';
import type { ImageRequest } from './load-image.js';
import type { LoaderMethods } from './loader-worker.js';

/** An image of a batch: `index` is its place among all requests; `error` says why its pixels are zeros. */
export interface LoadedItem {
  readonly index: number;
  readonly error?: PosterError;
  /** The path of an image whose grey levels of 16 bits were clipped. */
  readonly clipped?: string;
}

export interface ImageBatch<Pixels> {
  /**
   * The pixels of `count` images, in ordinary memory of this thread. The next batch is written over them: what is
   * to be kept longer must be copied.
   */
  readonly images: Pixels;
  readonly count: number;
  /** One for each image, in order. */
  readonly items: readonly LoadedItem[];
}

export type ImageRequests = Iterable<ImageRequest> | AsyncIterable<ImageRequest>;
export type PixelMemory = Float32Array | Uint8Array;

/** Where batches are made: `slots` holds `prefetch` batches in the making, `images` the one handed out. */
export interface BatchMemory<Pixels extends PixelMemory> {
  readonly slots: Pixels;
  readonly images: Pixels;
}

/** What the batches of a loader are made with. */
export interface BatchPlan<Pixels extends PixelMemory> extends BatchMemory<Pixels> {
  readonly batchSize: number;
  readonly prefetch: number;
  /** The place in the cache of the image of that path, where it has one. */
  readonly cached: (path: string) => number | undefined;
  /** Loads images into their places in the slots, here or in threads. */
  readonly decoder: Pick<Thread<LoaderMethods>, 'ask'>;
}

export interface Load<Pixels> {
  readonly batches: AsyncGenerator<ImageBatch<Pixels>, void, void>;
  /** Ends it with the reason. */
  stop(reason: PosterError): void;
}

/** The images of the requests as batches; what is queued is given up when the load is left, stopped or aborted. */
export function startLoad<Pixels extends PixelMemory>(
  requests: ImageRequests,
  { batchSize, prefetch, slots, images, cached, decoder }: BatchPlan<Pixels>,
  signal: AbortSignal | undefined,
): Load<Pixels> {
  const stop = new AbortController();
  const valuesPerImage = images.length / batchSize;
  let begun = 0;

  const load = async (request: ImageRequest, position: number): Promise<LoadedItem> => {
    const index = begun++;
    try {
      const job = { position, request, cached: cached(request.path) };
      return (await decoder.ask('load', job, { signal: stop.signal }))
        ? { index, clipped: request.path }
        : { index };
    } catch (error) {
      stop.signal.throwIfAborted();
      if (isUnreadable(error)) return { index, error };
      throw error;
    }
  };

  const fill = async (chunk: ImageRequest[], slot: number) => {
    stop.signal.throwIfAborted();
    const loading = chunk.map((request, i) => load(request, slot * batchSize + i));
    await Promise.allSettled(loading); // even where one fails: none may write afterwards
    return { slot, items: await Promise.all(loading) };
  };

  const take = ({ slot, items }: { slot: number; items: LoadedItem[] }): ImageBatch<Pixels> => {
    stop.signal.throwIfAborted();
    const from = slot * batchSize * valuesPerImage;
    const size = items.length * valuesPerImage;
    images.set(slots.subarray(from, from + size));
    return { images: images.subarray(0, size) as Pixels, count: items.length, items };
  };

  async function* run() {
    const abort = () => stop.abort(abortedError(signal!));
    const leave = onAbort(signal, abort);
    if (signal?.aborted) abort();
    try {
      yield* fillAhead(inChunks(requests, batchSize), prefetch, { fill, take, abandon: () => stop.abort() });
    } finally {
      leave();
    }
  }

  return { batches: run(), stop: (reason) => stop.abort(reason) };
}
