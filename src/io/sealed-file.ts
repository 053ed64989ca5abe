/** Files of a cache that tell whether they are whole: the SHA-256 of what they hold stands before it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeAtomically } from './write-atomically.js';

const sealBytes = 32;

/** What the file holds; undefined where there is none, or one that was damaged. */
export async function readSealed(path: string): Promise<Uint8Array | undefined> {
  const file = await readFile(path).catch(() => undefined);
  if (!file) return undefined;
  const content = file.subarray(sealBytes);
  return file.subarray(0, sealBytes).equals(sealOf(content)) ? content : undefined;
}

/** @throws PosterError `file.unwritable` */
export async function writeSealed(path: string, content: Uint8Array): Promise<void> {
  await writeAtomically(path, async (file) => {
    await file.writeFile(sealOf(content));
    await file.writeFile(content);
  });
}

function sealOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
