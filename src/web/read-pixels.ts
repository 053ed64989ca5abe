/**
 * Pixels as the datasets' tools see them: 8-bit RGB as stored in the file, no colour profile applied, alpha
 * dropped rather than blended. Browser-safe.
 */
import { messageOf, PosterError } from '../errors.js';
import { checkPixelCount, defaultMaxPixels } from '../image/decode/image-defect.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { PixelSource } from './messages.js';

/** How to make bitmaps so that their pixels can be read back as stored. */
export const asStored: ImageBitmapOptions = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' };

/** @throws PosterError `image.unreadable`. Bitmaps are closed. */
export async function readPixels(source: PixelSource): Promise<RgbImage> {
  if (source instanceof Blob) return readBitmap(await decode(source));
  if (source instanceof ImageBitmap) return readBitmap(source);
  if (source instanceof ImageData) return dropAlpha(source);
  return source;
}

async function decode(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file, asStored);
  } catch (error) {
    throw new PosterError(
      'image.unreadable',
      `Expected an image that this browser can decode, got ${file.size} bytes of ${file.type || 'unknown type'} (${messageOf(error)}).`,
      { cause: error },
    );
  }
}

function readBitmap(bitmap: ImageBitmap): RgbImage {
  try {
    checkPixelCount(bitmap.width, bitmap.height, defaultMaxPixels);
    const drawn = drawOnCanvas(bitmap);
    return dropAlpha(isOpaque(drawn.data) ? drawn : (readUnblended(bitmap) ?? drawn));
  } catch (error) {
    const size = `${bitmap.width} x ${bitmap.height}`;
    throw new PosterError(
      'image.unreadable',
      `Could not read the image's ${size} pixels (${messageOf(error)}).`,
      {
        cause: error,
      },
    );
  } finally {
    bitmap.close();
  }
}

/** Exact for opaque pixels; a canvas multiplies colours with their alpha and forgets those that are transparent. */
function drawOnCanvas(bitmap: ImageBitmap): ImageData {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

function isOpaque(rgba: Uint8ClampedArray): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return false;
  return true;
}

type Rgba = Pick<ImageData, 'width' | 'height'> & { readonly data: ArrayLike<number> };

/** The pixels as a texture holds them, alpha and colour apart; undefined where there is no WebGL or too small a one. */
function readUnblended(bitmap: ImageBitmap): Rgba | undefined {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl || Math.max(width, height) > gl.getParameter(gl.MAX_TEXTURE_SIZE)) return undefined;
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
  const texture = gl.getParameter(gl.TEXTURE_BINDING_2D) as WebGLTexture;
  gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  const data = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, data);
  const failed = gl.getError() !== gl.NO_ERROR;
  gl.getExtension('WEBGL_lose_context')?.loseContext(); // a page may hold only a few contexts
  return failed ? undefined : { width, height, data };
}

/** h x w x 4 -> h x w x 3. */
function dropAlpha({ width, height, data }: Rgba): RgbImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + 1]!;
    rgb[to + 2] = data[from + 2]!;
  }
  return { width, height, data: rgb };
}
