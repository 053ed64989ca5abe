/** What a file holds, in one short text. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** More than Node's own default, for which hashing waits. */
const chunkBytes = 1 << 20;

/** The SHA-256 of a file's bytes, in hexadecimal. Errors are Node's. */
export async function hashFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: chunkBytes }), digest);
  return digest.digest('hex');
}

/** As {@link hashFile}; of a folder, what the names and bytes of all files in it come to. */
export async function hashPath(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return hashFile(path);
  const digest = createHash('sha256');
  for (const name of (await readdir(path, { recursive: true })).sort()) {
    const file = join(path, name);
    if ((await stat(file)).isFile()) digest.update(`${name}\0${await hashFile(file)}\n`);
  }
  return digest.digest('hex');
}
