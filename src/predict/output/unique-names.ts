/** File names for what is written beside the predictions. */
import { join } from 'node:path';
import { PosterError } from '../../errors.js';

/**
 * Gives inputs names in one folder; two inputs of one name are an error, since one would replace the other.
 *
 * @param flag the option that asked for the files, for messages.
 */
export function uniqueNames(folder: string, flag: string): (path: string, name: string) => string {
  const owners = new Map<string, string>();
  return (path, name) => {
    const other = owners.get(name);
    if (other !== undefined && other !== path)
      throw new PosterError(
        'option.invalid',
        `Expected inputs of different names for ${flag}, but ${other} and ${path} would both be written to ${join(folder, name)}; write them into different folders.`,
      );
    owners.set(name, path);
    return join(folder, name);
  };
}
