/** Reads image files as training and evaluation with torchvision read them. */
import { PosterError } from '../errors.js';
import { decodeBmp } from './decode-bmp.js';
import { decodeWithSharp } from './decode-sharp.js';
import { defaultMaxPixels, ImageDefect } from './image-defect.js';
import { describeImpostor, imageFormat } from './image-format.js';
import { readImageFile } from './read-image-file.js';
import type { RgbImage } from './rgb-image.js';

export interface DecodeOptions {
  /**
   * Turn the image as its EXIF orientation says. Off by default, because torchvision's loader ignores it; people's
   * photographs want it on. TIFF files are always turned, as Pillow turns them.
   */
  readonly autoOrient?: boolean;
  /** The largest width x height accepted; {@link defaultMaxPixels} unless given. */
  readonly maxPixels?: number;
  /** What error messages call the image; its path, or "the given bytes". */
  readonly name?: string;
}

/**
 * The pixels of an image file (by path) or of its bytes, equal to Pillow's `Image.open(f).convert('RGB')`:
 * alpha is dropped without blending, colour profiles are ignored, CMYK is converted arithmetically, 16-bit
 * colour keeps its high byte while 16-bit grey saturates at 255, the first frame or page is taken. JPEG, PNG,
 * WebP, BMP, GIF and TIFF are read. One difference is known: transparent pixels of a GIF are black.
 *
 * @throws {PosterError} file.missing when there is no file at the path
 * @throws {PosterError} image.unreadable when the file is empty, truncated, damaged, too large or no image
 */
export async function decodeImage(
  source: string | Uint8Array,
  options: DecodeOptions = {},
): Promise<RgbImage> {
  const { autoOrient = false, maxPixels = defaultMaxPixels } = options;
  if (!(maxPixels >= 1))
    throw new PosterError('option.invalid', `Expected maxPixels of at least 1, got ${maxPixels}.`);
  const name = options.name ?? (typeof source === 'string' ? source : 'the given bytes');
  try {
    const bytes = typeof source === 'string' ? await readImageFile(source, maxPixels) : source;
    return await decodeBytes(bytes, autoOrient, maxPixels);
  } catch (error) {
    if (!(error instanceof ImageDefect)) throw error;
    throw new PosterError('image.unreadable', `Cannot read the image ${name}: ${error.message}.`, {
      cause: error,
    });
  }
}

async function decodeBytes(bytes: Uint8Array, autoOrient: boolean, maxPixels: number): Promise<RgbImage> {
  const format = imageFormat(bytes);
  if (!format) throw new ImageDefect(describeImpostor(bytes));
  if (format === 'bmp') return decodeBmp(bytes, maxPixels);
  return decodeWithSharp(bytes, format, autoOrient || format === 'tiff', maxPixels);
}
