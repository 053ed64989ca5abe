/** The files that are written beside the predictions, such as pictures. */
import { join } from 'node:path';
import { PosterError } from '../../errors.js';

/** Files that are written for every input. */
export interface SideFiles {
  /** The option that asks for them. */
  readonly flag: string;
  readonly folder: string;
  /** Their names; throws for two inputs of one name. */
  readonly namesOf: (path: string) => readonly string[];
  /** Where an input has any number of files: of which name one in the folder is, as `namesOf` gives it. */
  readonly nameOf?: (file: string) => string | undefined;
}

/**
 * Files named after the inputs; two inputs of one name are an error, since one would replace the other.
 *
 * @param names the names of an input's files
 * @param first what the error calls the first of them. Default: its name
 */
export function sideFiles(
  flag: string,
  folder: string,
  names: (path: string) => readonly string[],
  first = (path: string) => names(path)[0]!,
): SideFiles {
  const owners = new Map<string, string>();
  const namesOf = (path: string) => {
    const name = first(path);
    const other = owners.get(name);
    if (other !== undefined && other !== path)
      throw new PosterError(
        'option.invalid',
        `Expected inputs of different names for ${flag}, but ${other} and ${path} would both be written to ${join(folder, name)}; write them into different folders.`,
      );
    owners.set(name, path);
    return names(path);
  };
  return { flag, folder, namesOf };
}
