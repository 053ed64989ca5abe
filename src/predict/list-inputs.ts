/** From what a user names on the command line to the paths of images, one by one. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { glob, isDynamicPattern } from 'tinyglobby';
import {
  createDropCounter,
  type DropCounter,
  describeDropped,
  endingReason,
} from '../data/layouts/layout.js';
import { enterFolder, hasImageExtension, readFolder } from '../data/layouts/list-images.js';
import { PosterError, throwIfAborted } from '../errors.js';
import { describeSystemError } from '../io/write-atomically.js';
import { requireGiven, requireOptions } from '../util/given.js';
import { belongsTo, type Shard } from './shard.js';

/** Which files {@link listInputs} lists. */
export interface ListInputsOptions {
  readonly shard?: Shard | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What is looked for in folders. Default: images. */
  readonly wanted?: Wanted;
  /** Counts the files in folders that are something else, by their endings. */
  readonly passedOver?: DropCounter;
  /** Where '-' reads paths from, one a line. */
  readonly standardInput?: NodeJS.ReadableStream;
}

/** Files that are looked for in folders. */
export interface Wanted {
  /** Their kind, for messages. */
  readonly kind: 'image' | 'video';
  /** Whether a file is one, by its name. */
  accepts(name: string): boolean;
}

const images: Wanted = { kind: 'image', accepts: hasImageExtension };

/**
 * Lists images without opening them: files as named, folders with all below them in sorted order, glob
 * patterns, and `-` for paths on standard input. Memory does not grow with the number of files.
 *
 * @throws PosterError `file.missing` for a name that is neither a file, a folder nor a pattern with matches, and at
 * the end when there was nothing in any of them, for this shard or another.
 */
export async function* listInputs(
  inputs: readonly string[],
  options: ListInputsOptions = {},
): AsyncGenerator<string> {
  requireGiven(inputs, 'the inputs of listInputs', 'an array of strings');
  requireOptions(options, 'listInputs', { signal: 'an AbortSignal' });
  const { shard, signal, wanted = images, standardInput = process.stdin } = options;
  const passedOver = options.passedOver ?? createDropCounter();
  let found = 0;
  for (const input of inputs) {
    const paths =
      input === '-' ? createInterface({ input: standardInput }) : expand(input, wanted, passedOver);
    for await (const path of paths) {
      throwIfAborted(signal);
      if (path.trim() === '') continue;
      if (belongsTo(found++, shard)) yield path;
    }
  }
  if (found === 0) throw nothingFound(inputs, wanted, passedOver);
}

function nothingFound(inputs: readonly string[], { kind }: Wanted, passedOver: DropCounter): PosterError {
  const where = inputs.map((input) => (input === '-' ? 'the list on standard input' : input)).join(', ');
  const others = passedOver.list();
  const found = others.length > 0 ? `found only ${describeDropped(others)}` : 'found none';
  return new PosterError(
    'file.missing',
    `Expected ${kind}s in ${where}, ${found}; name ${kind}s, or folders that hold some.`,
  );
}

async function* expand(input: string, wanted: Wanted, passedOver: DropCounter): AsyncGenerator<string> {
  const found = await stat(input).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error)) {
    if (found.isDirectory()) yield* walk(input, wanted, passedOver, []);
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

/**
 * The wanted files below a folder, each folder's own in sorted order; hidden names are passed over. Linked folders are
 * followed, but not into themselves.
 */
async function* walk(
  folder: string,
  wanted: Wanted,
  passedOver: DropCounter,
  ancestors: readonly string[],
): AsyncGenerator<string> {
  const within = await enterFolder(folder, ancestors);
  if (!within) return;
  const { folders, files, others } = await readFolder(folder, wanted.accepts);
  for (const name of others) passedOver.add(endingReason(name, wanted.kind), join(folder, name));
  const subfolders = new Set(folders);
  for (const name of [...folders, ...files].sort()) {
    const path = join(folder, name);
    if (subfolders.has(name)) yield* walk(path, wanted, passedOver, within);
    else yield path;
  }
}
