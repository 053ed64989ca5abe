/** Decoded images kept in memory that all loader threads share, so that later epochs decode nothing. */
import type { DecodedImage } from '../../image/decode/grey16.js';

/** Images of one size. Can be sent to a thread. */
export interface ImageCache {
  /** Resized levels, places x size x size x 3. */
  readonly levels: SharedArrayBuffer;
  /** For each place what it holds: see {@link contents}. */
  readonly filled: SharedArrayBuffer;
}

const contents = { nothing: 0, image: 1, clippedImage: 2 } as const;

/** The most that a cache takes, in bytes; where the images need more there is none. */
const largestCache = 2 ** 31;

/** A cache with `places` images of `imageSize` pixels squared; undefined where they take too much memory. */
export function openImageCache(places: number, imageSize: number): ImageCache | undefined {
  const bytes = places * bytesOf(imageSize);
  if (places === 0 || bytes > largestCache) return undefined;
  try {
    return { levels: new SharedArrayBuffer(bytes), filled: new SharedArrayBuffer(places) };
  } catch {
    return undefined; // it only saves time
  }
}

/** The image at a place, which must not be written to; undefined where there is none yet. */
export function readCached(
  { levels, filled }: ImageCache,
  place: number,
  size: number,
): DecodedImage | undefined {
  const content = Atomics.load(new Uint8Array(filled), place);
  if (content === contents.nothing) return undefined;
  const data = new Uint8Array(levels, place * bytesOf(size), bytesOf(size));
  const image = { width: size, height: size, data };
  return content === contents.clippedImage ? { ...image, clipped: true } : image;
}

/** Puts a square image in its place. */
export function writeCached(
  { levels, filled }: ImageCache,
  place: number,
  { width, data, clipped }: DecodedImage,
): void {
  new Uint8Array(levels).set(data, place * bytesOf(width));
  Atomics.store(new Uint8Array(filled), place, clipped ? contents.clippedImage : contents.image);
}

function bytesOf(size: number): number {
  return size * size * 3;
}
