/** Where a dataset is written to. */
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { PosterError } from '../../errors.js';
import type { DataType } from '../labels.js';

/**
 * @param root the data that the folder is made of; it may be a list of images anywhere
 * @throws PosterError `file.unwritable` when `output` is there and not empty, or lies inside the data
 */
export async function requireNewFolder(
  output: string,
  root: string,
  type: DataType | undefined,
): Promise<void> {
  if (!(await isEmptyOrAbsent(output)))
    throw new PosterError(
      'file.unwritable',
      `Expected to make the folder ${output}, but it exists already; remove it or choose another --output.`,
    );
  if (type === 'list' || relative(await realpath(root), await realPlace(output)).split(sep)[0] === '..')
    return;
  throw new PosterError(
    'file.unwritable',
    `Expected --output outside of the data in ${root}, got ${output}; choose a folder elsewhere.`,
  );
}

/** The real path of what need not be there, through the links above it. */
async function realPlace(path: string): Promise<string> {
  const parent = dirname(path);
  return realpath(path).catch(async () =>
    parent === path ? path : join(await realPlace(parent), basename(path)),
  );
}

export async function isEmptyOrAbsent(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
