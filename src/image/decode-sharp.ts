/** Decoding by libvips, with everything it would do to the colours beyond what Pillow does switched off. */
import { messageOf } from '../errors.js';
import { cmykToRgb } from './cmyk.js';
import { checkPixelCount, ImageDefect } from './image-defect.js';
import type { ImageFormat } from './image-format.js';
import type { RgbImage } from './rgb-image.js';
import sharp, { type Metadata, type Sharp } from './sharp.js';

// Both settings are libvips' own, shared by the process. Images are decoded side by side, not in slices, and
// its cache would keep results that are never asked for again.
sharp.concurrency(1);
sharp.cache(false);

/** The pixels of the first frame or page. `autoOrient` turns them as the EXIF orientation says. */
export async function decodeWithSharp(
  bytes: Uint8Array,
  format: ImageFormat,
  autoOrient: boolean,
  maxPixels: number,
): Promise<RgbImage> {
  try {
    // failOn 'error' refuses what Pillow refuses, truncation included, and tolerates the damage it tolerates.
    const file = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: false, autoOrient });
    const header = await file.metadata(); // reads no pixels
    checkPixelCount(header.width, header.height, maxPixels);
    return await pixelsOf(file, header);
  } catch (error) {
    throw error instanceof ImageDefect
      ? error
      : new ImageDefect(describeFailure(format, error), { cause: error });
  }
}

async function pixelsOf(file: Sharp, { space, channels }: Metadata): Promise<RgbImage> {
  if (space === 'cmyk') {
    const inks = file.pipelineColourspace('cmyk').toColourspace('cmyk').raw();
    const { data, info } = await inks.toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: cmykToRgb(data, info.channels) };
  }
  if (space === 'grey16' && channels === 1) {
    const levels = file.pipelineColourspace('grey16').toColourspace('grey16').raw({ depth: 'ushort' });
    const { data, info } = await levels.toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: saturatedGrey(data) };
  }
  const { data, info } = await file
    .removeAlpha()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: viewOf(data) };
}

/** Pillow holds 16-bit grey as integers and clips them: 16-bit values n -> n x RGB. */
function saturatedGrey(bytes: Buffer): Uint8Array {
  const levels = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const rgb = new Uint8Array(levels.length * 3);
  levels.forEach((level, i) => {
    rgb.fill(Math.min(level, 255), i * 3, i * 3 + 3);
  });
  return rgb;
}

function viewOf(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** libvips' message, cut to its first line and freed of its own prefixes. */
function describeFailure(format: ImageFormat, error: unknown): string {
  const [detail = ''] = messageOf(error)
    .replace(/^Input buffer (has corrupt header:|contains unsupported image format)\s*/, '')
    .replace(/^\w+: /, '')
    .trim()
    .split('\n');
  const state = /premature end|unexpected end/i.test(detail) ? 'truncated' : 'truncated or damaged';
  return `its ${format.toUpperCase()} data is ${state}${detail && ` (${detail})`}; get an intact copy`;
}
