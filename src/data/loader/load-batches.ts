/** Assembles batches from single images, ahead of their consumer and in the order of the requests. */
import { PosterError, throwIfAborted } from '../../errors.js';
import type { DecoderPool } from './decoder-pool.js';
import { fillAhead, inChunks } from './fill-ahead.js';
import type { ImageRequest, LoadOutcome } from './load-image.js';

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

export interface BatchPlan {
  readonly batchSize: number;
  readonly prefetch: number;
  /** The place in the cache of the image of that path, where it has one. */
  readonly cached: (path: string) => number | undefined;
}

/** Yields the images of the requests as batches; cancels what is queued when it is left or aborted. */
export async function* loadBatches<Pixels extends PixelMemory>(
  requests: ImageRequests,
  { batchSize, prefetch, cached }: BatchPlan,
  { slots, images }: BatchMemory<Pixels>,
  workforce: DecoderPool,
  signal: AbortSignal | undefined,
): AsyncGenerator<ImageBatch<Pixels>, void, void> {
  const valuesPerImage = images.length / batchSize;
  let begun = 0;

  const fill = async (chunk: ImageRequest[], slot: number) => {
    throwIfAborted(signal);
    const first = begun;
    begun += chunk.length;
    const load = async (request: ImageRequest, i: number) =>
      itemOf(
        first + i,
        request,
        await workforce.load({ position: slot * batchSize + i, request, cached: cached(request.path) }),
      );
    return { slot, items: await Promise.all(chunk.map(load)) };
  };

  const take = ({ slot, items }: { slot: number; items: LoadedItem[] }): ImageBatch<Pixels> => {
    throwIfAborted(signal);
    const from = slot * batchSize * valuesPerImage;
    const size = items.length * valuesPerImage;
    images.set(slots.subarray(from, from + size));
    return { images: images.subarray(0, size) as Pixels, count: items.length, items };
  };

  const abandon = () => workforce.cancel(new PosterError('aborted', 'Loading images was cancelled.'));
  signal?.addEventListener('abort', abandon);
  try {
    yield* fillAhead(inChunks(requests, batchSize), prefetch, { fill, take, abandon });
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}

function itemOf(index: number, { path }: ImageRequest, outcome: LoadOutcome): LoadedItem {
  if (outcome === undefined) return { index };
  if (outcome === 'clipped') return { index, clipped: path };
  return { index, error: new PosterError(outcome.code, outcome.message) };
}
