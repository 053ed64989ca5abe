/** Recognises image formats, and what people mistake for images, by their first bytes. Browser-safe. */

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'bmp' | 'gif' | 'tiff' | 'avif' | 'pnm';

/** First bytes as latin-1 text; `.` stands for any byte. */
const signatures: readonly (readonly [pattern: RegExp, format: ImageFormat])[] = [
  [/^\xff\xd8\xff/, 'jpeg'],
  [/^\x89PNG\r\n.\n/s, 'png'],
  [/^RIFF.{4}WEBP/s, 'webp'],
  [/^BM/, 'bmp'],
  [/^GIF8[79]a/, 'gif'],
  [/^(II[*+]\0|MM\0[*+])/, 'tiff'],
  [/^....ftyp(....)*avi[fs]/s, 'avif'],
  [/^P[1-6][\t-\r ]/, 'pnm'],
];

/** Other contents worth naming, with what to do about them. */
const impostors: readonly (readonly [pattern: RegExp, cause: string])[] = [
  [/^version https:\/\/git-lfs/, "it is a Git LFS pointer; fetch the file itself with 'git lfs pull'"],
  [/^\s*<(!doctype html|html|head|body)/i, 'it is a web page (HTML); download the image itself'],
  [/^\s*<(\?xml|svg|!doctype svg)/i, 'it is an XML or SVG document; convert it to PNG'],
  [
    /^.{4}ftyp(hei[cfmsx]|hev[cmsx]|mif1|msf1)/s,
    'it is a HEIC image, as iPhones take them, which cannot be read here; convert it to JPEG, with "heif-convert" on Linux, "sips -s format jpeg" on a Mac or by exporting it from a photo program',
  ],
  [/^%PDF-/, 'it is a PDF document; convert the page to PNG'],
  [/^PK\W\W/, 'it is a zip archive; unpack it'],
];

const supported = 'JPEG, PNG, WebP, AVIF, BMP, GIF, TIFF or PNM';

/** The format announced by the first bytes, if it is one that can be read. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const start = latin1(bytes.subarray(0, 48));
  return signatures.find(([pattern]) => pattern.test(start))?.[1];
}

/** Why bytes of no known format are no image, as the second half of a sentence. */
export function describeActualFormat(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty; its download or copy may have been interrupted';
  const start = latin1(bytes.subarray(0, 256));
  const known = impostors.find(([pattern]) => pattern.test(start));
  if (known) return known[1];
  const text = /^[\t\n\r\x20-\x7e]+$/.test(start);
  const excerpt = JSON.stringify(start.slice(0, 40));
  return text
    ? `it is text that begins with ${excerpt}, not ${supported}`
    : `its first bytes are not those of ${supported}`;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
