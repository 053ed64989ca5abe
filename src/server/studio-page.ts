/** The studio: the page that the server shows at its root, its files, and the browser runtime that it loads. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { PosterError } from '../errors.js';
import { sendCompressed } from './http/send-compressed.js';

/** What `scripts/studio.mjs` builds. */
const pageFolder = fileURLToPath(new URL('../../studio/', import.meta.url));

/** With the face models, and ONNX Runtime's builds that `poster-v2/web` chooses from, the large files compressed. */
const runtimeFolder = fileURLToPath(new URL('../../browser/', import.meta.url));

/** Everything comes from this server, nothing may show the page in a frame, and threads need it isolated. */
const headers = {
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'service-worker-allowed': '/',
};

/** What lies compressed in a folder, and under which address it is sent. */
const compressed = [
  { route: '/studio/runtime/', folder: runtimeFolder, ending: '.wasm', type: 'application/wasm' },
  { route: '/studio/assets/', folder: join(pageFolder, 'assets'), ending: '.js', type: 'text/javascript' },
];

/** Adds `/` and `/studio/`. The page holds no secrets, so it asks for no token; it asks its user for one. */
export async function addStudioPage(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onSend', async (_request, reply) => void reply.headers(headers));
    await scope.register(fastifyStatic, {
      root: runtimeFolder,
      prefix: '/studio/runtime/',
      allowedPath: (path) => /\/(ort-[\w.-]+\.mjs|(blazeface|facemesh)\.onnx)$/.test(path),
      decorateReply: false,
    });
    for (const { route, folder, ending, type } of compressed)
      scope.get<{ Params: { name: string } }>(
        `${route}:name(^[\\w.-]+)${ending}`,
        { schema: { hide: true } },
        (request, reply) =>
          sendCompressed(request, reply, join(folder, `${request.params.name}${ending}.gz`), type),
      );
    await scope.register(fastifyStatic, {
      root: pageFolder,
      prefix: '/studio/',
      index: false,
      decorateReply: false,
    });
    scope.get('/', { schema: { hide: true } }, async (_request, reply) => {
      requireBuilt();
      return reply.sendFile('index.html', pageFolder, { cacheControl: false });
    });
  });
}

function requireBuilt(): void {
  if (existsSync(join(pageFolder, 'index.html'))) return;
  throw new PosterError(
    'request.unknown',
    'The studio has not been built here; run npm run build. The API is described at /docs.',
  );
}
