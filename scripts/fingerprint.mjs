/** What tells whether something must be made anew: a digest of all that it is made of. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {string[]} paths files, and folders for the programs and parts of pages in them, from the project's root */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesIn)) hash.update(path).update(readFileSync(`${root}${path}`));
  return hash.digest('hex');
}

/**
 * Makes a folder's files where they are absent or what they are made of has changed.
 * @param {string} folder absolute; several may make files in it
 * @param {string[]} files some that are there once they were made
 * @param {string} name of the file in build that keeps the fingerprint
 * @param {string[]} sources what they are made of, as for {@link fingerprint}
 * @param {() => Promise<void>} make
 */
export async function makeOnce(folder, files, name, sources, make) {
  const stamp = `${root}build/.${name}-made-of`;
  const madeOf = fingerprint(sources);
  const isThere = ['', ...files].every((file) => existsSync(`${folder}/${file}`));
  if (isThere && existsSync(stamp) && readFileSync(stamp, 'utf8') === madeOf) return;
  mkdirSync(folder, { recursive: true });
  await make();
  writeFileSync(stamp, madeOf);
}

function filesIn(path) {
  const found = statSync(`${root}${path}`, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found ? [path] : [];
  return readdirSync(`${root}${path}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|css|html|svg)$/.test(name))
    .sort()
    .map((name) => `${path}/${name}`);
}
