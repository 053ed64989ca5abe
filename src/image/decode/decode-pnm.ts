/**
 * Netpbm images, which libvips as sharp ships it does not read: bits, grey and colours (P1 to P6), as text or binary,
 * up to a maximum of 65535. As in Pillow, levels are stretched to value / max, rounded half to even; grey of more than
 * 8 bits is stretched to 16. Browser-safe.
 */
import { type DecodedImage, type Grey16, grey16ToRgb } from './grey16.js';
import { checkPixelCount, ImageDefect } from './image-defect.js';

interface PnmHeader {
  readonly isText: boolean;
  /** Values of a pixel; bits have one, too. */
  readonly channels: 1 | 3;
  readonly isBits: boolean;
  readonly width: number;
  readonly height: number;
  readonly max: number;
  /** Where the values begin in the file. */
  readonly start: number;
}

/**
 * The pixels of a PBM, PGM or PPM file, the first where several follow each other.
 * @throws {ImageDefect} when it is truncated, damaged or too large
 */
export function decodePnm(bytes: Uint8Array, maxPixels: number, grey16: Grey16): DecodedImage {
  const header = readHeader(bytes);
  const { width, height, channels, isBits, max } = header;
  checkPixelCount(width, height, maxPixels);
  const values = header.isText ? textValues(bytes, header) : binaryValues(bytes, header);
  if (channels === 1 && !isBits && max > 255) {
    stretch(values, max, 65535);
    return grey16ToRgb(width, height, values, grey16);
  }
  stretch(values, max, 255);
  return { width, height, data: channels === 3 ? Uint8Array.from(values) : repeated(values) };
}

function readHeader(bytes: Uint8Array): PnmHeader {
  const kind = bytes[1]! - 0x30;
  const isBits = kind === 1 || kind === 4;
  let place = 2;
  const next = (what: string): number => {
    const token = readToken(bytes, place);
    place = token.end;
    if (!/^\d{1,10}$/.test(token.text))
      throw new ImageDefect(
        token.end > bytes.length
          ? 'its PNM data is truncated within its header; get an intact copy'
          : `its PNM header has no ${what}; get an intact copy`,
      );
    return Number(token.text);
  };
  const width = next('width');
  const height = next('height');
  const max = isBits ? 1 : next('largest level');
  if (max < 1 || max > 65535)
    throw new ImageDefect(`its largest level of ${max} is not from 1 to 65535; convert it to PNG`);
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  return { isText: kind <= 3, channels, isBits, width, height, max, start: place };
}

const isSpace = (byte: number | undefined) => byte === 0x20 || (byte! >= 0x09 && byte! <= 0x0d);
const isLineEnd = (byte: number | undefined) => byte === 0x0a || byte === 0x0d;

/** The text up to the next white space, of which one is passed; comments are left out. */
function readToken(bytes: Uint8Array, from: number): { text: string; end: number } {
  let text = '';
  let place = from;
  for (; place < bytes.length && text.length <= 10; place++) {
    const byte = bytes[place]!;
    if (byte === 0x23) while (place + 1 < bytes.length && !isLineEnd(bytes[++place])) {}
    else if (!isSpace(byte)) text += String.fromCharCode(byte);
    else if (text !== '') break;
  }
  return { text, end: place + 1 };
}

function binaryValues(bytes: Uint8Array, header: PnmHeader): Uint16Array<ArrayBuffer> {
  const { width, height, channels, isBits, max, start } = header;
  const size = max > 255 ? 2 : 1;
  const stride = isBits ? Math.ceil(width / 8) : width * channels * size;
  const end = start + stride * height;
  if (bytes.length < end)
    throw new ImageDefect(`it is truncated: it should have at least ${end} bytes and has ${bytes.length}`);
  const values = new Uint16Array(width * height * channels);
  if (isBits) {
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++)
        values[i] = ((bytes[start + y * stride + (x >> 3)]! >> (7 - (x & 7))) & 1) ^ 1; // 1 is black
    return values;
  }
  for (let i = 0, place = start; i < values.length; i++, place += size)
    values[i] = size === 1 ? bytes[place]! : (bytes[place]! << 8) | bytes[place + 1]!;
  return values;
}

function textValues(bytes: Uint8Array, header: PnmHeader): Uint16Array<ArrayBuffer> {
  const { width, height, channels, isBits, max, start } = header;
  const count = width * height * channels;
  const truncated = () =>
    new ImageDefect(`it is truncated: it should have ${count} values and has fewer; get an intact copy`);
  if (bytes.length - start < count) throw truncated(); // before memory is taken for them
  const values = new Uint16Array(count);
  let found = 0;
  let value = -1; // none begun
  const put = () => {
    if (value < 0 || found === count) return;
    values[found++] = isBits ? value ^ 1 : value;
    value = -1;
  };
  for (let place = start; place < bytes.length && found < count; place++) {
    const byte = bytes[place]!;
    if (isSpace(byte)) put();
    else if (byte === 0x23) while (place + 1 < bytes.length && !isLineEnd(bytes[++place])) {}
    else if (byte < 0x30 || byte > 0x39)
      throw new ImageDefect('its values are not all numbers; get an intact copy');
    else {
      value = Math.max(value, 0) * 10 + byte - 0x30;
      if (value > max) throw new ImageDefect(`it has a level above its largest, ${max}; get an intact copy`);
      if (isBits) put(); // they need no white space between them
    }
  }
  put();
  if (found < count) throw truncated();
  return values;
}

/** 0 to max becomes 0 to `largest`; what lies above is cut, as Pillow does. */
function stretch(values: Uint16Array, max: number, largest: number): void {
  if (max === largest) return;
  const levels = Uint16Array.from({ length: max + 1 }, (_, value) => roundHalfEven((value / max) * largest));
  for (let i = 0; i < values.length; i++) values[i] = levels[values[i]!] ?? largest;
}

/** As Python rounds. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function repeated(values: Uint16Array): Uint8Array {
  const data = new Uint8Array(values.length * 3);
  values.forEach((value, i) => {
    data.fill(value, i * 3, i * 3 + 3);
  });
  return data;
}
