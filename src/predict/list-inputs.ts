/** From what a user names on the command line to the paths of images, one by one. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { glob, isDynamicPattern } from 'tinyglobby';
import { hasImageExtension } from '../data/layouts/list-images.js';
import { PosterError, throwIfAborted } from '../errors.js';
import { describeSystemError } from '../io/write-atomically.js';

/** A part of a large set: shard `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export interface ListInputsOptions {
  readonly shard?: Shard | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether a file found in a folder is wanted, by its name. Default: images are. */
  readonly accepts?: (name: string) => boolean;
  /** Where '-' reads paths from, one a line. */
  readonly standardInput?: NodeJS.ReadableStream;
}

/**
 * Lists images without opening them: files as named, folders with all below them in sorted order, glob
 * patterns, and `-` for paths on standard input. Memory does not grow with the number of files.
 *
 * @throws PosterError `file.missing` for a name that is neither a file, a folder nor a pattern with matches.
 */
export async function* listInputs(
  inputs: readonly string[],
  { shard, signal, accepts = hasImageExtension, standardInput = process.stdin }: ListInputsOptions = {},
): AsyncGenerator<string> {
  for (const input of inputs) {
    const paths = input === '-' ? createInterface({ input: standardInput }) : expand(input, accepts);
    for await (const path of paths) {
      throwIfAborted(signal);
      if (path.trim() !== '' && belongsTo(path, shard)) yield path;
    }
  }
}

async function* expand(input: string, accepts: (name: string) => boolean): AsyncGenerator<string> {
  const found = await stat(input).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error)) {
    if (found.isDirectory()) yield* walk(input, accepts);
    else yield input;
    return;
  }
  const matches = isDynamicPattern(input) ? (await glob(input, { absolute: false })).sort() : [];
  if (matches.length === 0) {
    const reason = isDynamicPattern(input) ? 'no file matches the pattern' : describeSystemError(found);
    throw new PosterError(
      'file.missing',
      `Expected an image, a folder or a pattern, but ${input}: ${reason}.`,
    );
  }
  yield* matches;
}

/** The accepted files below a folder, each folder's own in sorted order; hidden names are passed over. */
async function* walk(folder: string, accepts: (name: string) => boolean): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new PosterError(
      'file.missing',
      `Could not read the folder ${folder}: ${describeSystemError(error)}.`,
    );
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path, accepts);
    else if (accepts(entry.name)) yield path;
  }
}

/** Spreads paths over shards by a hash of their text, so that a shard does not depend on what else is listed. */
function belongsTo(path: string, shard: Shard | undefined): boolean {
  return !shard || hash(path) % shard.count === shard.index - 1;
}

/** FNV-1a over UTF-16 code units, with a final mix so that the low bits are even. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0;
}

/**
 * Reads "2/8".
 * @throws PosterError `option.invalid`.
 */
export function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match && index >= 1 && index <= count) return { index, count };
  throw new PosterError(
    'option.invalid',
    `Expected --shard i/n with i from 1 to n, such as 2/8, got "${text}".`,
  );
}
