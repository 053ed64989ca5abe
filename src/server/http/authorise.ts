/** The optional bearer token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { PosterError } from '../../errors.js';

/**
 * A check of Authorization headers. Hashes are compared in constant time.
 * The check throws PosterError `request.unauthorised`.
 */
export function tokenCheck(token: string): (authorization: string | undefined) => void {
  const expected = hash(token);
  return (authorization = '') => {
    const [, given] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    if (given !== undefined && timingSafeEqual(hash(given), expected)) return;
    const came = given === undefined ? 'there is none' : 'it is another';
    throw new PosterError(
      'request.unauthorised',
      `Expected the header "Authorization: Bearer ..." with this server's token, but ${came}.`,
    );
  };
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
