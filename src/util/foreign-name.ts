/**
 * Names that came from Windows: not in UTF-8, as its archives leave them, which Node reads as text that names no file;
 * or paths with backslashes.
 */

import { sep } from 'node:path';

const replacement = '\uFFFD';

/** What to say of a path that was not found because of how its name is written; undefined for any other. */
export function describeForeignName(path: unknown): string | undefined {
  if (typeof path !== 'string' || !path.includes(replacement)) return undefined;
  return (
    'its name is not UTF-8, so it cannot be opened; rename it, for names from a Chinese Windows with ' +
    '"convmv -r -f gbk -t utf8 --notest FOLDER"'
  );
}

/** What to say of a path with the backslashes of Windows that was not found; undefined for any other, and on Windows. */
export function describeForeignSlashes(path: unknown): string | undefined {
  if (typeof path !== 'string' || !path.includes('\\') || sep === '\\') return undefined;
  return 'there is no such file, and the backslashes of Windows mean nothing on this system; write / for them';
}
