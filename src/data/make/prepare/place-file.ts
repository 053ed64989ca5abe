import { constants } from 'node:fs';
import { access, copyFile, link, realpath, symlink } from 'node:fs/promises';
import { PosterError } from '../../../errors.js';
import { describeSystemError } from '../../../io/write-atomically.js';

/** How images get into class folders: symbolic links, copies, or hard links. */
export const placeModes = ['link', 'copy', 'hardlink'] as const;

export type PlaceMode = (typeof placeModes)[number];

const place: Record<PlaceMode, (from: string, to: string) => Promise<void>> = {
  async link(from, to) {
    await access(from);
    await symlink(from, to);
  },
  copy: (from, to) => copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE),
  async hardlink(from, to) {
    await link(await realpath(from), to);
  },
};

/**
 * Puts an image file in its place; false when there is no such file.
 * @param from an absolute path.
 * @throws PosterError `file.unwritable`.
 */
export async function placeFile(mode: PlaceMode, from: string, to: string): Promise<boolean> {
  try {
    await place[mode](from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !(await exists(from))) return false;
    throw new PosterError('file.unwritable', `Could not ${mode} ${from} to ${to}: ${remedy(code, error)}.`, {
      cause: error,
    });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function remedy(code: string | undefined, error: unknown): string {
  if (code === 'EXDEV') return 'hard links cannot lead to another file system; use --mode link or copy';
  return describeSystemError(error);
}
