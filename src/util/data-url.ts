/** `data:` URLs (RFC 2397), which hold a file in their text. Browser-safe. */
import { decodeBase64 } from './base64.js';

export function isDataUrl(text: string): boolean {
  return /^data:/i.test(text) && text.includes(',');
}

/** The bytes it holds; undefined when it is not what it says: its base64 is none, or it has no comma. */
export function decodeDataUrl(url: string): Uint8Array | undefined {
  const comma = url.indexOf(',');
  if (comma === -1) return undefined;
  const hash = url.indexOf('#', comma);
  const body = url.slice(comma + 1, hash === -1 ? undefined : hash);
  if (!/; *base64 *$/i.test(url.slice(0, comma))) return decodePercents(body);
  return decodeBase64(body.includes('%') ? new TextDecoder('latin1').decode(decodePercents(body)) : body);
}

/** `%41` is `A`; a percent sign without two digits stands for itself, as browsers have it. */
function decodePercents(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const digits = bytes[i] === percent ? String.fromCharCode(...bytes.subarray(i + 1, i + 3)) : '';
    const escaped = /^[\da-f]{2}$/i.test(digits);
    bytes[length++] = escaped ? Number.parseInt(digits, 16) : bytes[i]!;
    if (escaped) i += 2;
  }
  return bytes.subarray(0, length);
}

const percent = '%'.charCodeAt(0);
