/**
 * Keeps two processes from writing to one place. The lock is a file that names its process, so that the lock of a
 * process which died is known for what it is and taken over.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { z } from 'zod';
import { PosterError } from '../errors.js';
import { parseJson } from '../util/parse-json.js';
import { orUnwritable, unwritable } from './write-atomically.js';

const ownerSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  /** Tells processes apart that had the same number one after the other; null where the system does not say. */
  processStart: z.string().nullable(),
  since: z.iso.datetime(),
});

type Owner = z.infer<typeof ownerSchema>;

/** What a lock guards, for messages. */
export interface Guarded {
  /** The file or folder. */
  readonly what: string;
  /** What to do when another process uses it, as the beginning of an enumeration. */
  readonly remedy: string;
}

/** A lock that is held. */
export interface Lock {
  /** Gives it back; calls after the first do nothing. */
  release(): Promise<void>;
}

/**
 * Takes the lock at `path`, whose folder is made if it is missing.
 * @throws PosterError `run.busy` when another live process, or one on another machine, holds it;
 * `file.unwritable` when it cannot be written.
 */
export async function takeLock(path: string, guarded: Guarded): Promise<Lock> {
  const owner = await thisProcess();
  while (!(await createLock(path, owner))) await removeStaleLock(path, guarded);
  let held = true;
  return {
    async release() {
      if (held) await rm(path, { force: true });
      held = false;
    },
  };
}

/** Whether a process that lives, or one on another machine, holds the lock at `path`. */
export async function isLockHeld(path: string): Promise<boolean> {
  const text = await readLock(path);
  if (text === undefined) return false;
  const owner = ownerSchema.safeParse(parseJson(text)).data;
  return !owner || owner.host !== hostname() || isAlive(owner);
}

/** The text of the lock, or undefined when there is none; empty for what is there and cannot be read as a file. */
async function readLock(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' || error.code === 'ENOTDIR' ? undefined : '',
  );
}

async function thisProcess(): Promise<Owner> {
  return {
    pid: process.pid,
    host: hostname(),
    processStart: await processStart(process.pid),
    since: new Date().toISOString(),
  };
}

/** Writes the lock; false when there is one. */
async function createLock(path: string, owner: Owner): Promise<boolean> {
  await orUnwritable(path, () => mkdir(dirname(path), { recursive: true }));
  try {
    await writeFile(path, `${JSON.stringify(owner)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unwritable(path, error);
  }
}

/** Removes a dead process's lock. @throws PosterError `run.busy` when it is not known to be dead. */
async function removeStaleLock(path: string, guarded: Guarded): Promise<void> {
  const text = await readLock(path);
  if (text === undefined) return;
  if (await isLockHeld(path)) throw busy(path, ownerSchema.safeParse(parseJson(text)).data, guarded);
  // Another process may judge the same lock at this moment: only one succeeds in moving it away.
  const aside = `${path}.${randomUUID().slice(0, 8)}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readIfThere(aside)) === text) await rm(aside, { force: true });
  else await rename(aside, path);
}

function busy(path: string, owner: Owner | undefined, { what, remedy }: Guarded): PosterError {
  const who = owner
    ? `process ${owner.pid} on ${owner.host} has been using it since ${owner.since}`
    : 'the lock does not say which process uses it';
  return new PosterError(
    'run.busy',
    `Expected ${what} to be free, but ${who}; ${remedy}, or delete ${path} if no such run exists.`,
  );
}

async function isAlive({ pid, processStart: start }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return (await processStart(pid)) === start;
}

/** The start time in Linux's list of processes; null elsewhere, and for one that has ended and is still listed. */
async function processStart(pid: number): Promise<string | null> {
  const status = await readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may hold spaces; the state is the 3rd, the start the 22nd.
  const fields = status?.slice(status.lastIndexOf(')') + 2).split(' ');
  return fields && !['Z', 'X'].includes(fields[0]!) ? fields[19]! : null;
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
