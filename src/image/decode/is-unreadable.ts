import { PosterError } from '../../errors.js';

const codes: ReadonlySet<string> = new Set(['image.unreadable', 'file.missing']);

/** Whether an error concerns one image alone, so that the others can still be read. */
export function isUnreadable(error: unknown): error is PosterError {
  return error instanceof PosterError && codes.has(error.code);
}
