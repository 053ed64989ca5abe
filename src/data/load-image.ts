/** One image's way from its file into a batch. */
import { PosterError } from '../errors.js';
import { erase, flipHorizontally, type Rectangle } from '../image/augment.js';
import { type DecodeOptions, decodeImage } from '../image/decode.js';
import { normalise } from '../image/normalise.js';
import { resizeBilinear } from '../image/resize.js';

/** An image to load, and how to alter it: the caller draws the augmentation, so that no thread has a say in it. */
export interface ImageRequest {
  readonly path: string;
  /** Exchange left and right. */
  readonly flip?: boolean;
  /** Set this part of the normalised image, in its final pixels, to 0. Not for `pixels: 'uint8'`. */
  readonly erase?: Rectangle;
}

/** What a loaded pixel is: normalised float32, planes first; or the resized 8-bit level, channels last. */
export type PixelFormat = 'float32' | 'uint8';

/** Memory for a row of images of equal size, and how they are to be read. Can be sent to a thread. */
export interface ImageRow {
  readonly memory: ArrayBufferLike;
  readonly imageSize: number;
  readonly pixels: PixelFormat;
  readonly decode: DecodeOptions;
}

/** An image to load, and its place in the row. */
export interface ImageJob {
  readonly position: number;
  readonly request: ImageRequest;
}

/** A PosterError in a form that can be sent between threads. */
export type LoadFailure = Pick<PosterError, 'code' | 'message'>;

/** Why an image could not be read, or that its grey levels of 16 bits were clipped; undefined where all is well. */
export type LoadOutcome = LoadFailure | 'clipped' | undefined;

/** Size of one image of a row in bytes. */
export function bytesPerImage(imageSize: number, pixels: PixelFormat): number {
  return imageSize * imageSize * 3 * (pixels === 'float32' ? 4 : 1);
}

/**
 * Decodes, resizes, flips, normalises and erases an image, in torchvision's order, into its place in
 * the row. An image that cannot be read leaves zeros there.
 */
export async function loadImage(
  { memory, imageSize, pixels, decode }: ImageRow,
  { position, request }: ImageJob,
): Promise<LoadOutcome> {
  try {
    const decoded = await decodeImage(request.path, decode);
    const resized = resizeBilinear(decoded, imageSize, imageSize);
    const image = request.flip ? flipHorizontally(resized) : resized;
    const offset = position * imageSize * imageSize * 3;
    if (pixels === 'uint8') {
      new Uint8Array(memory).set(image.data, offset);
    } else {
      const values = new Float32Array(memory);
      normalise(image, values, offset);
      if (request.erase) erase(values, offset, imageSize, request.erase);
    }
    return decoded.clipped && 'clipped';
  } catch (error) {
    if (!(error instanceof PosterError)) throw error;
    const bytes = bytesPerImage(imageSize, pixels);
    new Uint8Array(memory, position * bytes, bytes).fill(0);
    return { code: error.code, message: error.message };
  }
}
