/** What a page may hand over as an image. Browser-safe. */
import { messageOf, PosterError } from '../errors.js';
import type { PixelSource } from './messages.js';
import { asStored } from './read-pixels.js';

/**
 * A face: a file or download (Blob), decoded pixels, or an element that shows one; of a video the frame it
 * shows. A given ImageBitmap stays the caller's.
 */
export type ImageInput =
  | PixelSource
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas;

export interface Sendable {
  readonly pixels: PixelSource;
  /** What may be given away, since it was made here. */
  readonly transfer: Transferable[];
}

/** Elements live in the page alone, so their pixels are taken there; everything else is read in the worker. */
export async function makeSendable(image: ImageInput): Promise<Sendable> {
  if (!isElement(image)) return { pixels: image, transfer: [] };
  try {
    if (image instanceof HTMLImageElement) await image.decode();
    const bitmap = await createImageBitmap(image, asStored);
    return { pixels: bitmap, transfer: [bitmap] };
  } catch (error) {
    throw new PosterError(
      'image.unreadable',
      `Could not read the pixels of the ${image.constructor.name} (${messageOf(error)}); it must have loaded, from this site or one that allows it (CORS).`,
      { cause: error },
    );
  }
}

type Element = Exclude<ImageInput, PixelSource>;

function isElement(image: ImageInput): image is Element {
  return image instanceof HTMLElement || image instanceof OffscreenCanvas;
}
