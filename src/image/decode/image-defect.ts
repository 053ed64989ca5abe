/** What makes bytes no image that can be read. Browser-safe. */
import { PosterError } from '../../errors.js';

/**
 * Why bytes are not an image that can be read, as the second half of a sentence: "it is truncated". Thrown by
 * the decoders, which do not know the file's name; {@link decodeImage} makes a PosterError of it.
 */
export class ImageDefect extends Error {
  constructor(cause: string, options?: { cause?: unknown }) {
    super(cause, options);
    this.name = 'ImageDefect';
  }
}

/** Pillow's limit, above which it takes an image for an attack: 2^30 / 4 bytes / 3 channels, doubled. */
export const defaultMaxPixels = 178_956_970;

/** JPEG ends at 65,535. What resizing takes beside the pixels grows with the longer side, whatever the other is. */
export const longestSide = 100_000;

/** Refuses impossible and oversized images; called before memory for the pixels is taken. */
export function checkPixelCount(width: number, height: number, maxPixels: number): void {
  if (width < 1 || height < 1) throw new ImageDefect(`its header gives it ${width} x ${height} pixels`);
  if (width * height > maxPixels)
    throw new ImageDefect(
      `it is ${width} x ${height} pixels, more than the limit of ${maxPixels}; raise maxPixels if you trust it`,
    );
  if (Math.max(width, height) > longestSide)
    throw new ImageDefect(
      `it is ${width} x ${height} pixels, and a side may have ${longestSide}; cut it into pieces`,
    );
}

const codes: ReadonlySet<string> = new Set(['image.unreadable', 'file.missing']);

/** Whether an error concerns one image alone, so that the others can still be read. */
export function isUnreadable(error: unknown): error is PosterError {
  return error instanceof PosterError && codes.has(error.code);
}
