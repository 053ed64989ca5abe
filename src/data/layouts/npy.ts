/**
 * Reads a single value from a NumPy .npy file, the form of AffectNet's annotations. Browser-safe.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

const magic = '\x93NUMPY';

type Reader = (view: DataView, little: boolean) => number;

/** Readers of numbers by type letter and size in bytes. */
const numberReaders: Partial<Record<string, Reader>> = {
  i1: (view) => view.getInt8(0),
  i2: (view, little) => view.getInt16(0, little),
  i4: (view, little) => view.getInt32(0, little),
  i8: (view, little) => Number(view.getBigInt64(0, little)),
  u1: (view) => view.getUint8(0),
  u2: (view, little) => view.getUint16(0, little),
  u4: (view, little) => view.getUint32(0, little),
  u8: (view, little) => Number(view.getBigUint64(0, little)),
  f4: (view, little) => view.getFloat32(0, little),
  f8: (view, little) => view.getFloat64(0, little),
};

/**
 * The one element of a .npy file as text or number; undefined when the bytes are no such file. Object
 * arrays, which hold pickles, are never read.
 */
export function readNpyScalar(bytes: Uint8Array): string | number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || latin1(bytes.subarray(0, 6)) !== magic) return undefined;
  const wide = bytes[6]! >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (end > bytes.length) return undefined;
  const header = parseHeader(latin1(bytes.subarray(start, end)));
  if (!header) return undefined;
  const byteLength = header.size * (header.kind === 'U' ? 4 : 1);
  if (end + byteLength !== bytes.length) return undefined;
  const element = new DataView(bytes.buffer, bytes.byteOffset + end, byteLength);
  if (header.kind === 'U') return utf32(element, header.little);
  if (header.kind === 'S') return latin1(bytes.subarray(end)).replace(/\0+$/, '');
  return numberReaders[`${header.kind}${header.size}`]?.(element, header.little);
}

/** The type of the element, when the header describes exactly one. */
function parseHeader(text: string): { kind: string; size: number; little: boolean } | undefined {
  const type = /'descr':\s*'([<>|=]?)([USiuf])(\d{1,4})'/.exec(text);
  const shape = /'shape':\s*\(\s*(?:1\s*,\s*)*1?\s*\)/.test(text);
  if (!type || !shape) return undefined;
  return { kind: type[2]!, size: Number(type[3]), little: type[1] !== '>' };
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Four bytes a character, padded with zeros. */
function utf32(view: DataView, little: boolean): string | undefined {
  let text = '';
  for (let at = 0; at < view.byteLength; at += 4) {
    const point = view.getUint32(at, little);
    if (point === 0) break;
    if (point > 0x10ffff) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}
