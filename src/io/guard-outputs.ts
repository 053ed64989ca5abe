/** Keeps what a user has from being written over: what is read never, any other file only when told to. */
import { lstat, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PosterError } from '../errors.js';
import { unwritable } from './write-atomically.js';

export interface GuardOptions {
  /** Files that are read, by any spelling of their paths; names of what is no file are passed over. */
  readonly inputs?: Iterable<string | undefined>;
  /** Replace files that are there. Default: false. */
  readonly force?: boolean | undefined;
  /** Leave files that are there as they are, in place of an error. Default: false. */
  readonly keepExisting?: boolean | undefined;
}

export interface OutputGuard {
  /**
   * Keeps a path for one option.
   * @param flag the option that names the place, for messages
   * @throws PosterError `option.invalid` when another option has it
   */
  claim(path: string, flag: string): void;
  /**
   * Whether a file may be written to: false where one is there that is to be kept. Links are followed to what they
   * lead to, so an input is known under each of its names. Claims the path; what was granted once is granted again.
   *
   * @throws PosterError `option.invalid` for an input or a file of another option; `file.unwritable` for a file that
   *   is there and for what is no file
   */
  mayWrite(path: string, flag: string): Promise<boolean>;
  /** The same for several, such as all files of a folder. */
  mayWriteAll(paths: Iterable<string>, flag: string): Promise<void>;
}

export function guardOutputs({ inputs = [], force, keepExisting }: GuardOptions): OutputGuard {
  const owners = new Map<string, string>();
  const granted = new Set<string>();
  let read: Promise<ReadonlySet<string>> | undefined;
  const isInput = async (path: string) => {
    const identity = await identityOf(path);
    if (identity === undefined) return false;
    read ??= identitiesOf(inputs); // most outputs are new, and then nothing asks
    return (await read).has(identity);
  };
  const claim = (path: string, flag: string) => {
    const owner = owners.get(resolve(path)) ?? flag;
    if (owner !== flag) throw sharedPath(path, owner, flag);
    owners.set(resolve(path), flag);
  };
  const isFree = async (path: string, flag: string) => {
    const found = await entryAt(path);
    if (!found) return true;
    if (await isInput(path)) throw replacesInput(path, flag);
    if (found.isDirectory()) throw unwritable(path, { code: 'EISDIR' });
    if (keepExisting) return false;
    if (!force) throw alreadyThere(path, flag);
    if (found.isFile() || found.isSymbolicLink()) return true;
    throw new PosterError(
      'file.unwritable',
      `Expected a file at ${path} to replace, but it is a device or pipe; choose another ${flag}.`,
    );
  };
  const mayWrite = async (path: string, flag: string) => {
    claim(path, flag);
    if (granted.has(resolve(path))) return true;
    const free = await isFree(path, flag);
    if (free) granted.add(resolve(path));
    return free;
  };
  return {
    claim,
    mayWrite,
    async mayWriteAll(paths, flag) {
      for (const path of paths) await mayWrite(path, flag);
    },
  };
}

/** What has the name, links themselves. @throws PosterError `file.unwritable` where it cannot be told */
async function entryAt(path: string) {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unwritable(path, error);
  });
}

async function identitiesOf(paths: Iterable<string | undefined>): Promise<ReadonlySet<string>> {
  const identities = new Set<string>();
  for (const path of paths) {
    const identity = path === undefined ? undefined : await identityOf(path);
    if (identity !== undefined) identities.add(identity);
  }
  return identities;
}

/** The same for every path to a file, through links and in any case where the file system knows none. */
async function identityOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}:${found.ino}`;
}

function sharedPath(path: string, owner: string, flag: string): PosterError {
  return new PosterError(
    'option.invalid',
    `Expected different files for ${owner} and ${flag}, but both would be written to ${path}; choose another ${flag}.`,
  );
}

function replacesInput(path: string, flag: string): PosterError {
  return new PosterError(
    'option.invalid',
    `Expected another place for ${flag} than ${path}, which is an input and would be replaced; choose one.`,
  );
}

function alreadyThere(path: string, flag: string): PosterError {
  return new PosterError(
    'file.unwritable',
    `Expected no file at ${path}, but there is one; pass --force to replace it or choose another ${flag}.`,
  );
}
