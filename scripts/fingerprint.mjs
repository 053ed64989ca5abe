/** What tells whether something must be made anew: a digest of all that it is made of. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {string[]} paths files, and folders for the programs and parts of pages in them, from the project's root */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesIn)) hash.update(path).update(readFileSync(`${root}${path}`));
  return hash.digest('hex');
}

function filesIn(path) {
  const found = statSync(`${root}${path}`, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found ? [path] : [];
  return readdirSync(`${root}${path}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|css|html|svg)$/.test(name))
    .sort()
    .map((name) => `${path}/${name}`);
}
