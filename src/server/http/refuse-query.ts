/** No address of the API takes a query; what was meant by one is not passed over in silence. */
import type { FastifyRequest } from 'fastify';
import { PosterError } from '../../errors.js';
import { excerpt } from '../../util/excerpt.js';

/** What `POST /v1/recognise` takes in its body. */
const bodyFields = new Set(['image', 'images', 'faces', 'embeddings', 'explain']);

/** @throws PosterError `request.invalid` */
export async function refuseQuery({ query }: FastifyRequest): Promise<void> {
  const [name] = Object.keys(query as object);
  if (name === undefined) return;
  const quoted = JSON.stringify(excerpt(name, 60));
  const advice = bodyFields.has(name)
    ? 'send it to POST /v1/recognise as a field of the form or of the JSON'
    : 'this address takes none';
  throw new PosterError('request.invalid', `Expected no query in the address, got ${quoted}; ${advice}.`);
}
