/** What a file is that was given in place of a model, said by its first bytes. Browser-safe. */
import { PosterError } from '../errors.js';

/** What files begin with, what such a file is, and what helps. */
const strangers: readonly (readonly [beginning: RegExp, what: string, advice: string])[] = [
  [
    /^\s*<(!doctype|html|head|\?xml|!--)/i,
    'a web page (HTML)',
    'check the address: for one that they do not have, many servers send their start page or one to sign in on',
  ],
  [
    /^version https:\/\/git-lfs/,
    'the pointer that Git keeps in place of a large file',
    'fetch the file itself with git lfs pull',
  ],
  [
    /^(PK|\x80|.{8}\{")/s,
    'a checkpoint',
    'export it for the browser: poster export --checkpoint FILE --output model.onnx',
  ],
];

/** @throws PosterError `checkpoint.unreadable` for what is known to be something else than an ONNX model */
export function requireNoStranger(bytes: Uint8Array, where: string): void {
  const beginning = String.fromCharCode(...bytes.subarray(0, 200)).replace(/^\u00ef\u00bb\u00bf/, '');
  const [, what, advice] = strangers.find(([pattern]) => pattern.test(beginning)) ?? [];
  if (!what) return;
  throw new PosterError(
    'checkpoint.unreadable',
    `Expected an ONNX model in ${where}, got ${what}; ${advice}.`,
  );
}
