/** The run-length codings of BMP (BI_RLE8, BI_RLE4). Browser-safe. */
import type { BmpHeader } from './bmp-header.js';
import { ImageDefect } from './image-defect.js';

const endOfRow = 0;
const endOfImage = 1;
const move = 2;

/**
 * Palette indices, one byte a pixel, in the file's order of rows; pixels the code skips are 0 and what it puts
 * beyond a row's end is dropped.
 */
export function decodeRunLengths(
  bytes: Uint8Array,
  { width, height, bits, pixelOffset }: BmpHeader,
): Uint8Array {
  const indices = new Uint8Array(width * height);
  let x = 0;
  let y = 0;
  let at = pixelOffset;
  const next = () => {
    if (at >= bytes.length) throw new ImageDefect('it is truncated: its run-length code has no end');
    return bytes[at++]!;
  };
  const put = (index: number) => {
    if (x < width) indices[y * width + x++] = index;
  };
  /** Index i of the byte, or pair of 4-bit indices, at hand. */
  const indexIn = (byte: number, i: number) => (bits === 8 ? byte : i % 2 ? byte & 15 : byte >> 4);

  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let i = 0; i < count; i++) put(indexIn(value, i));
    } else if (value === endOfRow) {
      x = 0;
      y++;
    } else if (value === endOfImage) {
      break;
    } else if (value === move) {
      x += next();
      y += next();
    } else {
      const start = at;
      for (let i = 0, byte = 0; i < value; i++) {
        if (bits === 8 || i % 2 === 0) byte = next();
        put(indexIn(byte, i));
      }
      if ((at - start) % 2) at++; // literal runs are padded to 16 bits
    }
  }
  return indices;
}
