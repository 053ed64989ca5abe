/**
 * Windows and OS/2 bitmaps, which libvips as sharp ships it does not read: 1, 4 and 8 bits with a palette, plain
 * or run-length coded; 16, 24 and 32 bits, with colour masks where given. As in Pillow, alpha is dropped and
 * narrow channels are stretched to v * 255 / max, rounded down. Browser-safe.
 */

import type { RgbImage } from '../rgb-image.js';
import { type BmpHeader, readBmpHeader } from './bmp-header.js';
import { decodeRunLengths } from './bmp-run-length.js';
import { checkPixelCount, ImageDefect } from './image-defect.js';

/**
 * The pixels of a BMP file.
 * @throws {ImageDefect} when it is truncated, damaged, too large or of an unknown variant
 */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): RgbImage {
  const header = readBmpHeader(bytes);
  const { width, height } = header;
  checkPixelCount(width, height, maxPixels);
  const data = header.bits <= 8 ? paletteColours(bytes, header) : maskedColours(bytes, header);
  return { width, height, data };
}

function paletteColours(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, palette } = header;
  const indices = header.runLength ? decodeRunLengths(bytes, header) : unpackIndices(bytes, header);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, from = 0; y < height; y++) {
    let to = imageRow(header, y) * width * 3;
    for (let x = 0; x < width; x++, from++) {
      const entry = indices[from]! * 3;
      data[to++] = palette[entry]!;
      data[to++] = palette[entry + 1]!;
      data[to++] = palette[entry + 2]!;
    }
  }
  return data;
}

/** Palette indices, one byte a pixel, in the file's order of rows. */
function unpackIndices(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, bits, pixelOffset } = header;
  const stride = requireRows(bytes, header);
  const perByte = 8 / bits;
  const mask = (1 << bits) - 1;
  const indices = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    const row = pixelOffset + y * stride;
    for (let x = 0; x < width; x++) {
      const shift = 8 - bits * (1 + (x % perByte));
      indices[to++] = (bytes[row + Math.floor(x / perByte)]! >> shift) & mask;
    }
  }
  return indices;
}

function maskedColours(bytes: Uint8Array, header: BmpHeader): Uint8Array {
  const { width, height, bits, pixelOffset } = header;
  const stride = requireRows(bytes, header);
  const size = bits / 8;
  const channels = header.masks.map(channelOf);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    let from = pixelOffset + y * stride;
    let to = imageRow(header, y) * width * 3;
    for (let x = 0; x < width; x++, from += size) {
      let pixel = 0;
      for (let i = 0; i < size; i++) pixel |= bytes[from + i]! << (8 * i);
      for (const { shift, levels } of channels) data[to++] = levels[(pixel >>> shift) & (levels.length - 1)]!;
    }
  }
  return data;
}

/** Where a channel lies in a pixel, and the 8-bit level of each of its values. */
function channelOf(mask: number): { shift: number; levels: Uint8Array } {
  const shift = 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  if (mask === 0 || max > 255 || (max & (max + 1)) !== 0)
    throw new ImageDefect(`its colour mask 0x${mask.toString(16)} is not one of 1 to 8 adjacent bits`);
  return {
    shift,
    levels: Uint8Array.from({ length: max + 1 }, (_, value) => Math.floor((value * 255) / max)),
  };
}

/** Rows are stored from the bottom unless the header says otherwise. */
function imageRow({ topDown, height }: BmpHeader, fileRow: number): number {
  return topDown ? fileRow : height - 1 - fileRow;
}

/** The bytes from one row to the next (a multiple of 4), once all rows are known to be there. */
function requireRows(bytes: Uint8Array, { width, height, bits, pixelOffset }: BmpHeader): number {
  const used = Math.ceil((width * bits) / 8);
  const stride = Math.ceil(used / 4) * 4;
  const end = pixelOffset + (height - 1) * stride + used;
  if (bytes.length < end)
    throw new ImageDefect(`it is truncated: it should have at least ${end} bytes and has ${bytes.length}`);
  return stride;
}
