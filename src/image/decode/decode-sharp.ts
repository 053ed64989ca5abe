/** Decoding by libvips, with everything it would do to the colours beyond what Pillow does switched off. */

import sharp, { type Metadata, type Sharp } from '../sharp.js';
import { cmykToRgb } from './cmyk.js';
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
