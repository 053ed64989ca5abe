/** One image's way from its file into a batch. */
import { type DecodeOptions, decodeImage } from '../../image/decode/decode.js';
import type { DecodedImage } from '../../image/decode/grey16.js';
import { normalise } from '../../image/normalise.js';
import { toInput } from '../../image/preprocess.js';
import { flipHorizontally } from '../../image/rgb-image.js';
import { type ImageCache, readCached, writeCached } from './image-cache.js';

/** An image to load, and how to alter it: the caller draws the augmentation, so results do not depend on thread scheduling. */
export interface ImageRequest {
  readonly path: string;
  /** Exchange left and right. */
  readonly flip?: boolean;
}

/** What a loaded pixel is: normalised float32, planes first; or the resized 8-bit level, channels last. */
export type PixelFormat = 'float32' | 'uint8';

/** Memory for a row of images of equal size, and how they are to be read. Can be sent to a thread. */
export interface ImageRow {
  readonly memory: ArrayBufferLike;
  readonly imageSize: number;
  readonly pixels: PixelFormat;
  readonly decode: DecodeOptions;
  /** Reduce colours to grey. */
  readonly grey: boolean;
  readonly cache: ImageCache | undefined;
}

/** An image to load, and its place in the row. */
export interface ImageJob {
  readonly position: number;
  readonly request: ImageRequest;
  /** Its place in the cache, where it has one. */
  readonly cached?: number | undefined;
}

/** Size of one image of a row in bytes. */
export function bytesPerImage(imageSize: number, pixels: PixelFormat): number {
  return imageSize * imageSize * 3 * (pixels === 'float32' ? 4 : 1);
}

/** Images that a thread loads at once: while libvips decodes one, the thread resizes another. */
export const imagesAtOnce = 2;

/**
 * Decodes, resizes, flips and normalises an image, in torchvision's order, into its place in the row.
 *
 * @returns whether its grey levels of 16 bits were clipped
 * @throws PosterError as {@link decodeImage}; zeros are left in its place then
 */
export async function loadImage(row: ImageRow, job: ImageJob): Promise<boolean> {
  const { memory, imageSize, pixels } = row;
  const { position, request } = job;
  try {
    const resized = await resizedImage(row, job);
    const image = request.flip ? flipHorizontally(resized) : resized;
    const offset = position * imageSize * imageSize * 3;
    if (pixels === 'uint8') {
      new Uint8Array(memory).set(image.data, offset);
    } else {
      normalise(image, new Float32Array(memory), offset);
    }
    return resized.clipped === true;
  } catch (error) {
    const bytes = bytesPerImage(imageSize, pixels);
    new Uint8Array(memory, position * bytes, bytes).fill(0);
    throw error;
  }
}

/** The image as it is before a flip, from the cache where it lies there. */
async function resizedImage(
  { imageSize, decode, grey, cache }: ImageRow,
  { request, cached }: ImageJob,
): Promise<DecodedImage> {
  const known = cache && cached !== undefined ? readCached(cache, cached, imageSize) : undefined;
  if (known) return known;
  const decoded = await decodeImage(request.path, decode);
  const resized = toInput(decoded, { size: imageSize, color: grey ? 'grey' : 'rgb' });
  const image: DecodedImage = decoded.clipped ? { ...resized, clipped: true } : resized;
  if (cache && cached !== undefined) writeCached(cache, cached, image);
  return image;
}
