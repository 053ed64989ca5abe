/**
 * What is wrong with a file that its decoder refused, by its bytes alone: libvips keeps its messages in one place for
 * all threads, so that the message of one image may be lost or told of another. Browser-safe.
 */
import type { ImageFormat } from './image-format.js';

/** Whether what the format says of its end, or of its length, shows that bytes are missing there. */
const isCutOff: Partial<Record<ImageFormat, (bytes: Uint8Array) => boolean>> = {
  jpeg: isJpegCutOff,
  png: (bytes) => !includesText(bytes, 'IEND'),
  webp: (bytes) => bytes.length < 8 || viewOf(bytes).getUint32(4, true) + 8 > bytes.length,
  gif: (bytes) => bytes.findLast((byte) => byte !== 0) !== 0x3b,
  avif: areBoxesCutOff,
};

/** The second half of a sentence: "its PNG data is truncated; get an intact copy". */
export function describeDamage(bytes: Uint8Array, format: ImageFormat): string {
  const test = isCutOff[format];
  const state = test ? (test(bytes) ? 'truncated' : 'damaged') : 'truncated or damaged';
  return `its ${format.toUpperCase()} data is ${state}; get an intact copy`;
}

/** Whether no end of image follows the start of the scan; pictures within the header have such marks, too. */
function isJpegCutOff(bytes: Uint8Array): boolean {
  let place = 2;
  while (place + 4 <= bytes.length) {
    if (bytes[place] !== 0xff) return false; // no marker where one must be
    const marker = bytes[place + 1]!;
    if (marker === 0xff)
      place += 1; // a filler
    else if (marker === 0xda) return !includesMarker(bytes.subarray(place), 0xd9);
    else place += 2 + viewOf(bytes).getUint16(place + 2);
  }
  return true;
}

function includesMarker(bytes: Uint8Array, marker: number): boolean {
  for (let i = bytes.indexOf(0xff); i >= 0; i = bytes.indexOf(0xff, i + 1))
    if (bytes[i + 1] === marker) return true;
  return false;
}

function includesText(bytes: Uint8Array, text: string): boolean {
  const codes = Array.from(text, (letter) => letter.charCodeAt(0));
  for (let i = bytes.indexOf(codes[0]!); i >= 0; i = bytes.indexOf(codes[0]!, i + 1))
    if (codes.every((code, j) => bytes[i + j] === code)) return true;
  return false;
}

/** Whether a box of ISO/IEC 14496-12 is said to reach beyond the end. */
function areBoxesCutOff(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (let place = 0; place < bytes.length; ) {
    if (place + 16 > bytes.length) return true;
    const size = view.getUint32(place);
    if (size === 0) return false; // reaches to the end
    const length = size === 1 ? Number(view.getBigUint64(place + 8)) : size;
    if (length < 8) return false;
    place += length;
    if (place > bytes.length) return true;
  }
  return false;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
