/** A server within another program's: as middleware of Express, or of anything on Node's http, and as a plugin of Fastify. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { requireGiven } from '../util/given.js';
import type { Server } from './server.js';

/** The part of a Fastify app that a mounted server needs. */
export interface MountScope {
  readonly prefix: string;
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    parser: (request: never, body: never, done: (error: Error | null) => void) => void,
  ): unknown;
  all(path: string, handler: (request: MountedRequest, reply: MountedReply) => void): unknown;
}

interface MountedRequest {
  readonly raw: IncomingMessage;
}

interface MountedReply {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

/**
 * Answers every request that reaches it, whose path counts from where it is mounted:
 * `app.use('/expressions', middleware(server))`. Mount it before what reads bodies. The server remains the caller's to
 * close.
 */
export function middleware(
  server: Pick<Server, 'routing'>,
): (request: IncomingMessage, response: ServerResponse) => void {
  requireGiven(server, 'the server to mount', 'a server of createServer');
  return (request, response) => server.routing(request, response);
}

/** `app.register(plugin(server), { prefix: '/expressions' })`: the same below a prefix of a Fastify app. */
export function plugin(server: Pick<Server, 'routing'>): (scope: MountScope) => Promise<void> {
  const answer = middleware(server);
  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null)); // the body is left to the server
    scope.all('/*', (request, reply) => {
      const { raw } = request;
      raw.url = raw.url!.slice(scope.prefix.length) || '/';
      reply.hijack();
      answer(raw, reply.raw);
    });
  };
}
