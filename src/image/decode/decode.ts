/** Reads image files as training and evaluation with torchvision read them. */
import { PosterError } from '../../errors.js';
import { excerpt } from '../../util/excerpt.js';
import { decodeBmp } from './decode-bmp.js';
import { decodePnm } from './decode-pnm.js';
import { decodeWithSharp } from './decode-sharp.js';
import type { DecodedImage, Grey16 } from './grey16.js';
import { defaultMaxPixels, ImageDefect } from './image-defect.js';
import { describeActualFormat, imageFormat } from './image-format.js';
import { readImageFile } from './read-image-file.js';

/** How people's photographs are decoded: upright, and 16-bit grey as it looks. */
export const photoDecoding = { autoOrient: true, grey16: 'scale' } as const;

/** How an image file is read. */
export interface DecodeOptions {
  /**
   * Turn the image as its EXIF orientation says. Off by default, because torchvision's loader ignores it; people's
   * photographs want it on. TIFF files are always turned, as Pillow turns them, and so are AVIF files.
   */
  readonly autoOrient?: boolean;
  /** What becomes of grey levels of 16 bits above 255: `clip` (the default), as in Pillow, or `scale`, as people see them. */
  readonly grey16?: Grey16;
  /** The largest width x height accepted; {@link defaultMaxPixels} unless given. */
  readonly maxPixels?: number;
  /** What error messages call the image; its path, or "the given bytes". */
  readonly name?: string;
}

/**
 * The pixels of an image file (by path) or of its bytes, equal to Pillow's `Image.open(f).convert('RGB')`:
 * alpha is dropped without blending, colour profiles are ignored, CMYK is converted arithmetically, 16-bit
 * colour keeps its high byte while 16-bit grey saturates at 255 (and the image says so in `clipped`), the first frame
 * or page is taken. JPEG, PNG, WebP, AVIF, BMP, GIF, TIFF and PNM (P1 to P6) are read. Known differences: transparent
 * pixels of a GIF are black, and AVIF's colours may differ by a level or two.
 *
 * @throws {PosterError} file.missing when there is no file at the path
 * @throws {PosterError} image.unreadable when the file is empty, truncated, damaged, too large or no image
 */
export async function decodeImage(
  source: string | Uint8Array,
  options: DecodeOptions = {},
): Promise<DecodedImage> {
  const { autoOrient = false, grey16 = 'clip', maxPixels = defaultMaxPixels } = options;
  if (!(maxPixels >= 1))
    throw new PosterError('option.invalid', `Expected maxPixels of at least 1, got ${maxPixels}.`);
  const name = options.name ?? (typeof source === 'string' ? excerpt(source) : 'the given bytes');
  try {
    const bytes = typeof source === 'string' ? await readImageFile(source, maxPixels) : source;
    return await decodeBytes(bytes, { autoOrient, grey16, maxPixels });
  } catch (error) {
    if (!(error instanceof ImageDefect)) throw error;
    throw new PosterError('image.unreadable', `Cannot read the image ${name}: ${error.message}.`, {
      cause: error,
    });
  }
}

async function decodeBytes(
  bytes: Uint8Array,
  { autoOrient, grey16, maxPixels }: Required<Omit<DecodeOptions, 'name'>>,
): Promise<DecodedImage> {
  const format = imageFormat(bytes);
  if (!format) throw new ImageDefect(describeActualFormat(bytes));
  if (format === 'bmp') return decodeBmp(bytes, maxPixels);
  if (format === 'pnm') return decodePnm(bytes, maxPixels, grey16);
  return decodeWithSharp(bytes, format, { autoOrient: autoOrient || format === 'tiff', grey16, maxPixels });
}
