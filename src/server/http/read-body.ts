/** Reads the bytes of a request, counting them while they come, and unpacks what was packed on its way. */
import { finished, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { messageOf, PosterError } from '../../errors.js';
import { excerpt } from '../../util/excerpt.js';
import type { Reservation } from '../limits/byte-budget.js';

/** Leaves the stream to its owner, also when it throws. */
export async function readAll(stream: Readable, hold: Reservation): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    hold.add(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const unpackers: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The bytes of a body with this Content-Encoding. They are counted as they are unpacked, so that a small body cannot
 * become a large one.
 * @throws PosterError `request.unsupported` for another encoding, `request.invalid` when the body is not in it
 */
export async function readPacked(
  body: Readable,
  encoding: string | undefined,
  hold: Reservation,
): Promise<Buffer> {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return readAll(body, hold);
  const unpacker = Object.hasOwn(unpackers, name) ? unpackers[name]!() : undefined;
  if (!unpacker) throw unknownEncoding(name);
  finished(body, { writable: false }, (error) => error && unpacker.destroy(error));
  try {
    return await readAll(body.pipe(unpacker), hold);
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new PosterError(
      'request.invalid',
      `Expected a body in ${name}, as its Content-Encoding says, but it is damaged or in another (${messageOf(error)}).`,
      { cause: error },
    );
  } finally {
    body.unpipe(unpacker);
    unpacker.destroy();
  }
}

function unknownEncoding(name: string): PosterError {
  return new PosterError(
    'request.unsupported',
    `Expected a body as it is or in the Content-Encoding gzip, deflate or br, got ${JSON.stringify(excerpt(name, 60))}.`,
  );
}

/** zlib's codes for gzip and deflate, and for brotli. */
function isDamage(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return /^(Z_|ERR__ERROR_|ERR_BROTLI)/.test(code);
}
