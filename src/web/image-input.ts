/** What a page may hand over as an image. Browser-safe. */
import { messageOf, PosterError } from '../errors.js';
import { isPixels, noImage, pixelsExpected, requirePixels } from '../image/decode/given-image.js';
import { decodeDataUrl, isDataUrl } from '../util/data-url.js';
import { excerpt } from '../util/excerpt.js';
import { describeGiven } from '../util/given.js';
import type { PixelSource } from './messages.js';
import { asStored } from './read-pixels.js';

/**
 * A face: the bytes of a file (Blob or File, ArrayBuffer, any typed array), a `data:` or `blob:` URL that holds one,
 * decoded pixels, or an element that shows one; of a video the frame it shows. A given ImageBitmap stays the caller's.
 * Nothing is fetched from elsewhere.
 */
export type ImageInput =
  | PixelSource
  | ArrayBufferLike
  | ArrayBufferView
  | URL
  | string
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas;

export interface Sendable {
  readonly pixels: PixelSource;
  /** What may be given away, since it was made here. */
  readonly transfer: Transferable[];
}

const expected = `a Blob or File, the bytes of one, a data: or blob: URL, an ImageBitmap, ImageData, an element, or ${pixelsExpected}`;

/**
 * Elements live in the page alone, so their pixels are taken there; everything else is read in the worker.
 * @throws PosterError `image.unreadable`
 */
export async function makeSendable(image: ImageInput): Promise<Sendable> {
  return isElement(image) ? takePixels(image) : { pixels: await toSource(image), transfer: [] };
}

async function takePixels(image: Element): Promise<Sendable> {
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

type Element = HTMLImageElement | HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas;

function isElement(image: ImageInput): image is Element {
  return image instanceof HTMLElement || image instanceof OffscreenCanvas;
}

async function toSource(image: Exclude<ImageInput, Element>): Promise<PixelSource> {
  if (image instanceof Blob || image instanceof ImageBitmap || image instanceof ImageData) return image;
  if (typeof image === 'string' || image instanceof URL) return openUrl(String(image));
  if (ArrayBuffer.isView(image) || isBuffer(image)) return new Blob([new Uint8Array(toBytes(image))]);
  if (isPixels(image)) return requirePixels(image, expected);
  throw noImage(expected, describeGiven(image));
}

function isBuffer(image: unknown): image is ArrayBufferLike {
  return /(Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(image));
}

function toBytes(image: ArrayBufferLike | ArrayBufferView): Uint8Array {
  if (!ArrayBuffer.isView(image)) return new Uint8Array(image);
  return new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
}

async function openUrl(url: string): Promise<Blob> {
  if (isDataUrl(url)) return openDataUrl(url);
  if (/^blob:/i.test(url)) return openBlobUrl(url);
  throw new PosterError(
    'image.unreadable',
    `Expected an image of this page, got the address ${excerpt(url)}, and nothing is fetched; pass its bytes, such as await (await fetch(address)).blob().`,
  );
}

function openDataUrl(url: string): Blob {
  const bytes = decodeDataUrl(url);
  if (bytes) return new Blob([bytes as BlobPart]);
  throw noImage(expected, `a data: URL whose base64 is none (${excerpt(url, 60)})`);
}

/** What a page has made with URL.createObjectURL. */
async function openBlobUrl(url: string): Promise<Blob> {
  try {
    return await (await fetch(url)).blob();
  } catch (error) {
    throw noImage(expected, `the address ${excerpt(url)}, which cannot be read (${messageOf(error)})`, error);
  }
}
