/** A file as the bytes of a model. */
import { open } from 'node:fs/promises';
import { PosterError } from '../errors.js';
import { describeSystemError } from '../io/write-atomically.js';
import type { ByteSource } from './byte-source.js';

/** Read ahead, since the parts of a model are many and small between its weights. */
const aheadBytes = 1 << 18;

/**
 * What `work` makes of a file, which is open until then.
 * @throws PosterError `file.missing`
 */
export async function withFileSource<T>(path: string, work: (source: ByteSource) => Promise<T>): Promise<T> {
  const file = await open(path).catch((error: unknown) => {
    throw new PosterError('file.missing', `Could not open ${path}: ${describeSystemError(error)}.`, {
      cause: error,
    });
  });
  let start = 0;
  let window = new Uint8Array();
  const read = async (position: number, length: number) => {
    if (position < start || position + length > start + window.length) {
      const bytes = new Uint8Array(Math.max(length, Math.min(aheadBytes, size - position)));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, position);
      start = position;
      window = bytes.subarray(0, bytesRead);
    }
    return window.subarray(position - start, position - start + length);
  };
  let size = 0;
  try {
    ({ size } = await file.stat());
    return await work({ size, read });
  } finally {
    await file.close();
  }
}
