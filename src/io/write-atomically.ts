/**
 * Files and locks, written so that an interruption leaves nothing half done.
 * Here: a file is written aside and renamed into place.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf, PosterError } from '../errors.js';
import { describeForeignName } from '../util/foreign-name.js';

/** A file that is being written under another name beside its own. */
export interface TempFile {
  /** Where to write it. */
  readonly path: string;
  /** Renames it into place. */
  commit(): Promise<void>;
  /** Removes it; an older file of its own name stays. */
  discard(): Promise<void>;
}

/**
 * Chooses the name; missing parent folders are made.
 *
 * @throws PosterError `file.unwritable` with the path and the system's reason, here and when it is committed.
 */
export async function openTempFile(path: string): Promise<TempFile> {
  const failed = (cause: unknown): never => {
    throw unwritable(path, cause);
  };
  const aside = `${path}.${randomUUID().slice(0, 8)}.part`;
  await mkdir(dirname(path), { recursive: true }).catch(failed);
  return {
    path: aside,
    commit: () => rename(aside, path).catch(failed),
    discard: () => rm(aside, { force: true }).catch(() => {}),
  };
}

/**
 * Writes a file aside and renames it into place, so that readers see the old file or the whole new one.
 * Missing parent folders are made. On any failure the partial file is removed and an older one stays.
 *
 * @param content the bytes or text, or a function that writes them to the open file.
 * @throws PosterError `file.unwritable` with the path and the system's reason.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array | ((file: FileHandle) => Promise<void>),
): Promise<void> {
  await commitAside(path, async (aside) => {
    const file = await open(aside, 'wx');
    try {
      if (typeof content === 'function') await content(file);
      else await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/** As {@link writeAtomically}, with the bytes of another file; shares the disk's blocks where the file system can. */
export async function copyAtomically(from: string, to: string): Promise<void> {
  await commitAside(to, (aside) => copyFile(from, aside, constants.COPYFILE_FICLONE));
}

async function commitAside(path: string, write: (aside: string) => Promise<void>): Promise<void> {
  const aside = await openTempFile(path);
  try {
    await write(aside.path);
    await aside.commit();
  } catch (error) {
    await aside.discard();
    if (error instanceof PosterError) throw error;
    throw unwritable(path, error);
  }
}

const systemErrors: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space and run again',
  EACCES: 'permission denied; choose a folder you may write to',
  EPERM: 'permission denied; choose a folder you may write to',
  EROFS: 'the file system is read-only; choose another folder',
  EISDIR: 'a folder of that name exists; choose another name',
  EEXIST: 'part of the path is a file, not a folder; choose another path',
  ENOTDIR: 'part of the path is a file, not a folder; choose another path',
  ENOENT: 'no such file or folder; check the path',
  EMFILE: 'too many files are open; raise the limit with ulimit -n',
  EDQUOT: 'the disk quota is used up; free some space and run again',
};

/** The error of a file that could not be written, with the path and the system's reason. */
export function unwritable(path: string, cause: unknown): PosterError {
  return new PosterError('file.unwritable', `Could not write ${path}: ${describeSystemError(cause)}.`, {
    cause,
  });
}

/** The error of a file that could not be read, likewise. */
export function unreadable(path: string, cause: unknown): PosterError {
  return new PosterError('file.missing', `Could not read ${path}: ${describeSystemError(cause)}.`, { cause });
}

/** Does work that writes a file; what fails is told by {@link unwritable}. */
export async function orUnwritable<R>(path: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** A system error's cause in words and what to do about it, without a full stop. */
export function describeSystemError(error: unknown): string {
  const { code, path } = (error as NodeJS.ErrnoException | undefined) ?? {};
  if (code === 'ENOENT') {
    const foreign = describeForeignName(path);
    if (foreign) return foreign;
  }
  return (code && systemErrors[code]) || messageOf(error);
}
