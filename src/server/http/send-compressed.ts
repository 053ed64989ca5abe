/** Sends a file that lies compressed. */
import { createReadStream, existsSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** As it lies there when the client accepts gzip, as every browser does. */
export function sendCompressed(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  path: string,
  type: string,
): void {
  if (!existsSync(path)) {
    reply.callNotFound();
    return;
  }
  const file = createReadStream(path);
  void reply.headers({ vary: 'accept-encoding', 'cache-control': 'public, max-age=0' }).type(type);
  if (!/\bgzip\b/.test(headers['accept-encoding'] ?? '')) void reply.send(file.pipe(createGunzip()));
  else void reply.header('content-encoding', 'gzip').send(file);
}
