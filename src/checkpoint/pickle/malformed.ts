import { CorruptFileError } from '../corrupt-file-error.js';

/** A pickle that breaks its own format: `what` it holds that no pickle does. */
export function malformed(what: string): CorruptFileError {
  return new CorruptFileError(`has a pickle with ${what}, so it is damaged; download or copy it again`);
}
