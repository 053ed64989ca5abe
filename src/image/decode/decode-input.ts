/** Reads an image in any form in which a program has it. */
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { messageOf, PosterError } from '../../errors.js';
import { decodeDataUrl, isDataUrl } from '../../util/data-url.js';
import { excerpt } from '../../util/excerpt.js';
import { describeGiven } from '../../util/given.js';
import type { RgbImage } from '../rgb-image.js';
import { type DecodeOptions, decodeImage } from './decode.js';
import { isPixels, noImage, pixelsExpected, requirePixels } from './given-image.js';

/**
 * An image as a program has it: the path of its file or a `file:` URL; the bytes of such a file as a `data:` URL, a
 * Buffer, any typed array, an ArrayBuffer, a Blob or File; or decoded. Nothing is fetched from elsewhere.
 */
export type ImageInput = string | URL | ArrayBufferLike | ArrayBufferView | Blob | RgbImage;

const expected = `a path, a file: or data: URL, the bytes of a file (Buffer, typed array, ArrayBuffer, Blob), or ${pixelsExpected}`;

/** An image file, not read yet. */
export interface ImageFile {
  /** A path, or the bytes. */
  readonly source: string | Uint8Array;
  /** What messages call it. */
  readonly name?: string;
}

/** An image in one of the forms that can be sent to a thread: decoded pixels, whose size was checked, or a file. */
export type OpenedImage = RgbImage | ImageFile;

/**
 * The pixels of an image. Those that are decoded already are checked and given back as they are.
 *
 * @throws {PosterError} image.unreadable for what is no image, or an address that would have to be fetched; else as
 *   {@link decodeImage}
 */
export async function decodeInput(image: ImageInput, options: DecodeOptions = {}): Promise<RgbImage> {
  return decodeOpened(await openInput(image), options);
}

/** The second half of {@link decodeInput}. */
export async function decodeOpened(image: OpenedImage, options: DecodeOptions = {}): Promise<RgbImage> {
  if (isPixels(image)) return image;
  const { source, name } = image;
  return decodeImage(source, { ...(name !== undefined && { name }), ...options });
}

/** The first half of {@link decodeInput}: what there is to decode. */
export async function openInput(image: ImageInput): Promise<OpenedImage> {
  if (isPixels(image)) return requirePixels(image, expected);
  if (typeof image === 'string') return openText(image);
  if (ArrayBuffer.isView(image)) {
    return { source: ownBytes(image.buffer, image.byteOffset, image.byteLength) };
  }
  if (types.isAnyArrayBuffer(image)) return { source: ownBytes(image) };
  if (isTagged(image, 'URL')) return openUrl(String(image));
  if (isTagged(image, 'Blob') || isTagged(image, 'File')) return openBlob(image as Blob);
  throw noImage(expected, describeGiven(image));
}

function isTagged(value: unknown, tag: string): boolean {
  return Object.prototype.toString.call(value) === `[object ${tag}]`;
}

/** Bytes that no other thread changes meanwhile. */
function ownBytes(buffer: ArrayBufferLike, offset?: number, length?: number): Uint8Array {
  const bytes = new Uint8Array(buffer, offset, length);
  return types.isSharedArrayBuffer(buffer) ? bytes.slice() : bytes;
}

/** A text is a path unless it says otherwise. */
function openText(text: string): ImageFile {
  if (isDataUrl(text) || /^[a-z][a-z\d+.-]+:\/\//i.test(text)) return openUrl(text);
  return { source: text };
}

function openUrl(url: string): ImageFile {
  if (isDataUrl(url)) return openDataUrl(url);
  if (/^file:/i.test(url)) return { source: pathOf(url) };
  throw new PosterError(
    'image.unreadable',
    `Expected an image of this machine, got the address ${excerpt(url)}, and nothing is fetched; pass its bytes, such as await (await fetch(address)).arrayBuffer().`,
  );
}

function openDataUrl(url: string): ImageFile {
  const source = decodeDataUrl(url);
  if (source) return { source, name: 'in the data: URL' };
  throw noImage(expected, `a data: URL whose base64 is none (${excerpt(url, 60)})`);
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw noImage(expected, `the URL ${excerpt(url)} (${messageOf(error)})`, error);
  }
}

async function openBlob(blob: Blob): Promise<ImageFile> {
  try {
    const source = new Uint8Array(await blob.arrayBuffer());
    return 'name' in blob ? { source, name: excerpt(String(blob.name)) } : { source };
  } catch (error) {
    throw noImage(expected, `a Blob that cannot be read (${messageOf(error)})`, error);
  }
}
