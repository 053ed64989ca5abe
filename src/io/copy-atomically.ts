import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PosterError } from '../errors.js';
import { describeSystemError } from './write-atomically.js';

/**
 * Copies a file aside and renames it into place; shares the disk's blocks where the file system can. On any
 * failure the partial file is removed and an older one stays.
 *
 * @throws PosterError `file.unwritable` with the path and the system's reason.
 */
export async function copyAtomically(from: string, to: string): Promise<void> {
  const aside = `${to}.${randomUUID().slice(0, 8)}.part`;
  try {
    await mkdir(dirname(to), { recursive: true });
    await copyFile(from, aside, constants.COPYFILE_FICLONE);
    await rename(aside, to);
  } catch (cause) {
    await rm(aside, { force: true });
    throw new PosterError('file.unwritable', `Could not write ${to}: ${describeSystemError(cause)}.`, {
      cause,
    });
  }
}
