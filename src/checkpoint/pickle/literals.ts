/** Numbers and texts as the bytes of a pickle spell them. */
import type { PickleCursor } from './cursor.js';
import { malformed } from './limits.js';

/** Integers of more bytes or digits serve no checkpoint. PyTorch's own magic number has 10 bytes. */
const LONGEST_INTEGER = 64;

/** Two's complement, little-endian; no bytes are 0. */
export function binaryInteger(cursor: PickleCursor, length: number): number | bigint {
  if (length > LONGEST_INTEGER) throw malformed(`an integer of ${length} bytes`);
  const bigEndian = Buffer.from(cursor.take(length)).reverse();
  if (length === 0) return 0;
  return exactNumber(BigInt.asIntN(8 * length, BigInt(`0x${bigEndian.toString('hex')}`)));
}

/** Protocol 0: decimal digits; a long ends in L; the booleans are written 00 and 01. */
export function textInteger(text: string): number | bigint | boolean {
  if (text === '00' || text === '01') return text === '01';
  const digits = text.endsWith('L') ? text.slice(0, -1) : text;
  if (digits.length > LONGEST_INTEGER || !/^[-+]?\d+$/.test(digits))
    throw malformed(`'${digits.slice(0, 20)}' where an integer belongs`);
  return exactNumber(BigInt(digits.replace('+', '')));
}

/** A number where that is exact. */
function exactNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const specialFloats: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: NaN, '-nan': NaN };

export function textFloat(text: string): number {
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text);
  const special = Object.hasOwn(specialFloats, text) ? specialFloats[text] : undefined;
  if (special === undefined) throw malformed(`'${text.slice(0, 20)}' where a number belongs`);
  return special;
}

/** The text of bytes of one character each. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw malformed('text that is not UTF-8');
  }
}

/** Protocol 0's str: Python's repr, quotes and backslashes included. */
export function quoted(text: string): string {
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote))
    throw malformed('a string that lacks its quotes');
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|.)/g, (_, escaped: string) => unescaped(escaped));
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unescaped(escaped: string): string {
  if (escaped.length === 3) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return escapes[escaped] ?? escaped;
}

/** Protocol 0's unicode: Latin-1 but for \uXXXX and \UXXXXXXXX. */
export function rawUnicodeEscaped(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const point = Number.parseInt((short ?? long)!, 16);
    if (point > 0x10ffff) throw malformed('a character beyond Unicode');
    return String.fromCodePoint(point);
  });
}
