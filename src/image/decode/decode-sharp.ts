/** Decoding by libvips, with everything it would do to the colours beyond what Pillow does switched off. */

import sharp, { type Metadata, type Sharp } from '../sharp.js';
import { describeDamage } from './describe-damage.js';
import { type DecodedImage, type Grey16, grey16ToRgb } from './grey16.js';
import { checkPixelCount, ImageDefect } from './image-defect.js';
import type { ImageFormat } from './image-format.js';

/** The pixels of the first frame or page. `autoOrient` turns them as the EXIF orientation says. */
export async function decodeWithSharp(
  bytes: Uint8Array,
  format: ImageFormat,
  { autoOrient, grey16, maxPixels }: { autoOrient: boolean; grey16: Grey16; maxPixels: number },
): Promise<DecodedImage> {
  try {
    // failOn 'error' refuses what Pillow refuses, truncation included, and tolerates the damage it tolerates.
    const file = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: false, autoOrient });
    const header = await file.metadata(); // reads no pixels
    checkPixelCount(header.width, header.height, maxPixels);
    return await pixelsOf(file, header, grey16);
  } catch (error) {
    throw error instanceof ImageDefect
      ? error
      : new ImageDefect(describeDamage(bytes, format), { cause: error });
  }
}

async function pixelsOf(file: Sharp, { space, channels }: Metadata, grey16: Grey16): Promise<DecodedImage> {
  if (space === 'cmyk') {
    const inks = file.pipelineColourspace('cmyk').toColourspace('cmyk').raw();
    const { data, info } = await inks.toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: cmykToRgb(data, info.channels) };
  }
  if (space === 'grey16' && channels === 1) {
    const levels = file.pipelineColourspace('grey16').toColourspace('grey16').raw({ depth: 'ushort' });
    const { data, info } = await levels.toBuffer({ resolveWithObject: true });
    const values = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
    return grey16ToRgb(info.width, info.height, values, grey16);
  }
  const { data, info } = await file
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: viewOf(data) };
}

function viewOf(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/**
 * Pillow's conversion of CMYK to RGB, which knows no inks and no profiles: each colour is
 * (255 - K) - C * (255 - K) / 255, rounded (Convert.c: cmyk2rgb). `inks` holds `channels` bytes a pixel, of
 * which the first four count: n x channels -> n x 3.
 */
function cmykToRgb(inks: Uint8Array, channels: number): Uint8Array {
  const pixels = inks.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const light = 255 - inks[i * channels + 3]!;
    for (let c = 0; c < 3; c++) {
      rgb[i * 3 + c] = Math.max(light - multiply(inks[i * channels + c]!, light), 0);
    }
  }
  return rgb;
}

/** a * b / 255, rounded, for bytes: exact without dividing. */
function multiply(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}
