import { fileURLToPath } from 'node:url';

/** The path of a file under test/fixtures. */
export function fixture(path: string): string {
  return fileURLToPath(new URL(`../../../test/fixtures/${path}`, import.meta.url));
}
