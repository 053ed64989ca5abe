/**
 * Batches of images, decoded and preprocessed ahead of the network that consumes them, in this thread or in
 * worker threads over shared memory. What a batch holds depends on the requests alone, never on the workers.
 */
import { PosterError } from '../../errors.js';
import { loadForThreads } from '../../image/sharp.js';
import { publishedConfig } from '../../network/config.js';
import { runHere } from '../../threads/run-here.js';
import type { Thread } from '../../threads/thread.js';
import { startThreads } from '../../threads/thread-pool.js';
import { openImageCache } from './image-cache.js';
import {
  type BatchMemory,
  type ImageBatch,
  type ImageRequests,
  type Load,
  type PixelMemory,
  startLoad,
} from './load-batches.js';
import {
  bytesPerImage,
  type ImageJob,
  type ImageRow,
  imagesAtOnce,
  loadImage,
  type PixelFormat,
} from './load-image.js';
import type { LoaderMethods } from './loader-worker.js';

export type { ImageBatch, ImageRequests, LoadedItem } from './load-batches.js';
export type { ImageRequest, PixelFormat } from './load-image.js';

export interface LoaderOptions<Format extends PixelFormat = PixelFormat> {
  /** Images in every batch but the last. */
  readonly batchSize: number;
  /** Height and width of the images in pixels; 224 unless given. */
  readonly imageSize?: number | undefined;
  /** Worker threads. With 0, the default, this thread does the work between its other tasks (libvips decodes aside). */
  readonly workers?: number | undefined;
  /** Batches in the making while one is in use, at least 1; 2 unless given. */
  readonly prefetch?: number | undefined;
  /** `float32` (the default): normalised, n x 3 x size x size. `uint8`: resized levels, n x size x size x 3. */
  readonly pixels?: Format | undefined;
  /** Turn images as their EXIF orientation says; off unless given, as in torchvision. */
  readonly autoOrient?: boolean | undefined;
  /** Reduce colours to grey; off unless given. */
  readonly grey?: boolean | undefined;
  /** Paths of images that are to be kept once they are decoded, where memory allows; none unless given. */
  readonly keep?: readonly string[] | undefined;
  /** The largest image accepted, in pixels; as decodeImage unless given. */
  readonly maxPixels?: number | undefined;
}

export interface ImageLoader<Pixels> extends AsyncDisposable {
  /**
   * The images of the requests, in order, as batches. Images that cannot be read are reported in their items.
   * One load runs at a time; leaving the loop early ends it, and the loader can be used again.
   * @throws {PosterError} aborted when the signal fires; engine.failed when a worker thread dies
   */
  load(
    requests: ImageRequests,
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<ImageBatch<Pixels>, void, void>;
  /** Ends the threads once they have finished what they had begun. May be called more than once. */
  close(): Promise<void>;
}

export type PixelsOf<Format extends PixelFormat> = Format extends 'uint8' ? Uint8Array : Float32Array;

/**
 * Opens a loader. Its memory, prefetch + 1 batches, and its threads are taken now and kept until it is closed.
 * @throws {PosterError} option.invalid when an option is out of range or asks for more memory than there is
 */
export function openLoader<Format extends PixelFormat = 'float32'>(
  options: LoaderOptions<Format>,
): ImageLoader<PixelsOf<Format>> {
  const { batchSize, imageSize, workers, prefetch, pixels, decode, grey, keep } = resolve(options);
  const batchBytes = bytesPerImage(imageSize, pixels) * batchSize;
  const memory = takeMemory(batchBytes, prefetch, pixels) as BatchMemory<PixelsOf<Format>>;
  const places = new Map(keep.map((path, place) => [path, place]));
  const cache = openImageCache(keep.length, imageSize);
  const row = { memory: memory.slots.buffer, imageSize, pixels, decode, grey, cache };
  const decoder = openDecoder(workers, row);
  const cached = (path: string) => places.get(path);
  const plan = { batchSize, prefetch, cached, decoder, ...memory };
  let current: Load<unknown> | undefined;
  let closed = false;

  async function* load(requests: ImageRequests, { signal }: { signal?: AbortSignal | undefined } = {}) {
    if (closed || current) throw refusal(closed);
    const started = startLoad(requests, plan, signal);
    current = started;
    try {
      yield* started.batches;
    } finally {
      current = undefined;
    }
  }

  const close = (): Promise<void> => {
    closed = true;
    current?.stop(new PosterError('disposed', 'The image loader was closed while it was loading.'));
    return decoder.close();
  };
  return { load, close, [Symbol.asyncDispose]: close };
}

/** What loads images into the row: threads, or this one where there are to be none. */
function openDecoder(workers: number, row: ImageRow): Thread<LoaderMethods> {
  if (workers === 0) return runHere({ load: (job: ImageJob) => loadImage(row, job) }, imagesAtOnce);
  loadForThreads();
  const program = new URL('./loader-worker.js', import.meta.url);
  return startThreads(workers, program, row, { name: 'A thread that loads images' });
}

function refusal(closed: boolean): PosterError {
  return closed
    ? new PosterError('disposed', 'This image loader is closed; open another one.')
    : new PosterError(
        'option.invalid',
        'This image loader is busy with a load; open another one for a second.',
      );
}

function resolve({ batchSize, autoOrient, maxPixels, grey = false, keep = [], ...options }: LoaderOptions) {
  const { imageSize = publishedConfig.imageSize, workers = 0, prefetch = 2, pixels = 'float32' } = options;
  requireInteger('batchSize', batchSize, 1);
  requireInteger('imageSize', imageSize, 1);
  requireInteger('workers', workers, 0);
  requireInteger('prefetch', prefetch, 1);
  const decode = {
    ...(autoOrient !== undefined && { autoOrient }),
    ...(maxPixels !== undefined && { maxPixels }),
  };
  return { batchSize, imageSize, workers, prefetch, pixels, decode, grey, keep };
}

function requireInteger(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw new PosterError(
      'option.invalid',
      `Expected the image loader's ${name} to be a whole number of at least ${least}, got ${value}.`,
    );
}

/** The slots can be shared with threads; what is handed out is not, because few libraries accept shared memory. */
function takeMemory(batchBytes: number, prefetch: number, pixels: PixelFormat): BatchMemory<PixelMemory> {
  const view = (memory: ArrayBufferLike) =>
    pixels === 'uint8' ? new Uint8Array(memory) : new Float32Array(memory);
  try {
    return {
      slots: view(new SharedArrayBuffer(batchBytes * prefetch)),
      images: view(new ArrayBuffer(batchBytes)),
    };
  } catch (cause) {
    const gigabytes = ((batchBytes * (prefetch + 1)) / 2 ** 30).toFixed(1);
    throw new PosterError(
      'option.invalid',
      `The image loader cannot have the ${gigabytes} GB of memory that its batch size and prefetch ask for; lower one of them.`,
      { cause },
    );
  }
}
