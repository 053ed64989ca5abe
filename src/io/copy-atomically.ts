import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { PosterError } from '../errors.js';
import { openTempFile, unwritable } from './write-atomically.js';

/**
 * Copies a file aside and renames it into place; shares the disk's blocks where the file system can. On any
 * failure the partial file is removed and an older one stays.
 *
 * @throws PosterError `file.unwritable` with the path and the system's reason.
 */
export async function copyAtomically(from: string, to: string): Promise<void> {
  const aside = await openTempFile(to);
  try {
    await copyFile(from, aside.path, constants.COPYFILE_FICLONE);
    await aside.commit();
  } catch (cause) {
    await aside.discard();
    if (cause instanceof PosterError) throw cause;
    throw unwritable(to, cause);
  }
}
