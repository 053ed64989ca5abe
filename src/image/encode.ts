/** Writes images for reports, crops and galleries. */
import { resizeBilinear } from './resize.js';
import type { RgbImage } from './rgb-image.js';
import sharp, { type Sharp } from './sharp.js';

/** The image as a PNG file, without loss. */
export async function encodePng(image: RgbImage): Promise<Uint8Array> {
  return new Uint8Array(await pixels(image).png().toBuffer());
}

/** The image as a JPEG file; `quality` from 1 to 100. */
export async function encodeJpeg(image: RgbImage, quality = 90): Promise<Uint8Array> {
  return new Uint8Array(await pixels(image).jpeg({ quality }).toBuffer());
}

/**
 * A small JPEG as a `data:` URI, to stand in the `src` of an HTML page's picture. Its longer edge has at most
 * `edge` pixels; the aspect ratio stays.
 */
export async function thumbnailUri(image: RgbImage, edge = 96, quality = 80): Promise<string> {
  const scale = Math.min(edge / Math.max(image.width, image.height), 1);
  const width = Math.max(Math.round(image.width * scale), 1);
  const height = Math.max(Math.round(image.height * scale), 1);
  const jpeg = await encodeJpeg(resizeBilinear(image, width, height), quality);
  return `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
}

function pixels({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}
