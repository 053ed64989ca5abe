/**
 * Base64 as programs write it: in lines (RFC 2045), with or without padding, in the alphabet of RFC 4648 or that for
 * URLs. Anything else is none. Browser-safe.
 */

const blank = 64;
const padding = 65;
const other = 66;

/** What each ASCII character stands for: a value of 6 bits, or one of the above. */
const meanings = new Uint8Array(128).fill(other);
'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.split('').forEach((digit, value) => {
  meanings[digit.charCodeAt(0)] = value;
});
meanings['-'.charCodeAt(0)] = 62;
meanings['_'.charCodeAt(0)] = 63;
meanings['='.charCodeAt(0)] = padding;
for (const space of '\t\n\f\r ') meanings[space.charCodeAt(0)] = blank;

/** The paddings that may follow a last group of so many digits. */
const paddings: readonly (readonly number[])[] = [[0], [], [0, 2], [0, 1]];

/** The same as a pattern of JSON Schema, for a text with at least one digit. */
export const base64Pattern = (() => {
  const space = '[\\t\\n\\f\\r ]*';
  const digits = (count: number) => `(?:[A-Za-z0-9+/_-]${space}){${count}}`;
  const last = `${digits(4)}|${digits(2)}(?:=${space}=${space})?|${digits(3)}(?:=${space})?`;
  return `${space}(?:${digits(4)})*(?:${last})`;
})();

/** The bytes; undefined when the text is no base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let group = 0;
  let digits = 0;
  let pads = 0;
  for (let i = 0; i < text.length; i++) {
    const meaning = meanings[text.charCodeAt(i)] ?? other;
    if (meaning === blank) continue;
    if (meaning === padding) {
      pads++;
      continue;
    }
    if (meaning === other || pads > 0) return undefined;
    group = (group << 6) | meaning;
    if (++digits % 4 !== 0) continue;
    bytes[length++] = group >> 16;
    bytes[length++] = group >> 8;
    bytes[length++] = group;
    group = 0;
  }
  const rest = digits % 4;
  if (!paddings[rest]!.includes(pads)) return undefined;
  if (rest >= 2) bytes[length++] = group >> (rest === 2 ? 4 : 10);
  if (rest === 3) bytes[length++] = group >> 2;
  return bytes.subarray(0, length);
}
