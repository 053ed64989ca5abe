import { PosterError } from '../../errors.js';

const codes: ReadonlySet<string> = new Set(['image.unreadable', 'file.missing']);

/** Whether an error tells of one image, which others can be read without. */
export function isUnreadable(error: unknown): error is PosterError {
  return error instanceof PosterError && codes.has(error.code);
}
