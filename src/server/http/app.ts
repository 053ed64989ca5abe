/** The bare fastify app: time limits of connections, content types, one shape of errors, documentation. */
import multipart from '@fastify/multipart';
import files from '@fastify/static';
import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { PosterError } from '../../errors.js';
import { excerpt } from '../../util/excerpt.js';
import type { ServerLimits } from '../limits/limits.js';
import type { ServerOptions } from '../server-options.js';
import { answerError } from './answer-error.js';
import { addApiPage } from './api-page.js';
import { answerBrokenConnection } from './client-error.js';
import { foreignPages } from './foreign-pages.js';
import { rememberMethods } from './methods.js';
import { openapi } from './openapi.js';
import { type NameOptions, nameCheck } from './own-names.js';

export interface AppOptions {
  readonly names: NameOptions;
  /** Scheme, host and port of each site whose pages may ask. */
  readonly allowOrigins: readonly string[];
  readonly limits: ServerLimits;
  readonly logger: ServerOptions['logger'];
  /** Seconds for the header Retry-After. */
  readonly retryAfter: () => number;
}

export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { limits, logger, retryAfter } = options;
  const app = fastify({
    logger: logger ?? false,
    requestTimeout: limits.readTimeout,
    keepAliveTimeout: limits.keepAlive,
    // A socket at rest for longer than any work takes has a client that does not read its answer.
    connectionTimeout: limits.readTimeout + limits.answerTimeout,
    http: {
      headersTimeout: Math.min(10_000, limits.readTimeout),
      connectionsCheckingInterval: Math.min(1000, limits.readTimeout),
    },
    return503OnClosing: false, // Admission answers it, in the shape of all errors.
    clientErrorHandler: answerBrokenConnection,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply, retryAfter()),
  });
  app.server.maxConnections = limits.connections;
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, retryAfter()));
  guard(app, options);
  // The handlers read, count and check bodies; the schemas of routes document them.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', (_request, payload, done) => done(null, payload));
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  await app.register(multipart, { throwFileSizeLimit: false });
  await app.register(files, { serve: false, root: '/' }); // gives replies sendFile, and serves nothing itself
  await app.register(swagger, { openapi: openapi! });
  await addApiPage(app);
  return app;
}

/** Lets in whom the server was told to answer, and says what there is to those who ask for something else. */
function guard(app: FastifyInstance, { names, allowOrigins }: AppOptions): void {
  const checkName = nameCheck(names);
  const pages = foreignPages(allowOrigins);
  const methodsAt = rememberMethods(app);
  const answerUnmatched = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { method, url } = request;
    const methods = methodsAt(url.replace(/[?#].*$/s, ''));
    if (methods.length === 0 || methods.includes(method)) {
      const what = `${method} ${excerpt(url)}`;
      throw new PosterError('request.unknown', `There is nothing at ${what}; /docs lists what there is.`);
    }
    if (pages.isPreflight(request)) return pages.answerPreflight(request, reply, methods);
    const allow = methods.join(', ');
    void reply.header('allow', allow);
    throw new PosterError('request.method', `Expected ${allow} at ${excerpt(url)}, got ${method}.`);
  };
  app.addHook('onRequest', async (request, reply) => {
    checkName(request.headers.host);
    pages.admit(request, reply);
    if (request.is404) return answerUnmatched(request, reply); // whatever its body may be
  });
  app.setNotFoundHandler(answerUnmatched); // for files that are not there
}
