/** The page of the OpenAPI document, `/docs/`: Swagger UI, whose files scripts/api-page.mjs puts into the package. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { sendCompressed } from './send-compressed.js';

const folder = fileURLToPath(new URL('../../../api-page/', import.meta.url));

const types: Readonly<Record<string, string>> = {
  'swagger-ui-bundle.js': 'text/javascript',
  'swagger-ui.css': 'text/css',
};

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>poster-v2</title>
<link rel="stylesheet" href="./static/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="./static/swagger-ui-bundle.js"></script>
<script src="./static/start.js"></script>
</body>
</html>
`;

const program = "SwaggerUIBundle({ url: '../openapi.json', dom_id: '#page', layout: 'BaseLayout' });\n";

/** Everything the page loads comes from this server. */
const policy = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'";

const hidden = { schema: { hide: true } };

export async function addApiPage(app: FastifyInstance): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onSend', async (_request, reply) => void reply.header('content-security-policy', policy));
    scope.get('/docs', hidden, async (_request, reply) => reply.redirect('./docs/'));
    scope.get('/docs/', hidden, async (_request, reply) => reply.type('text/html').send(page));
    scope.get('/docs/static/start.js', hidden, async (_request, reply) =>
      reply.type('text/javascript').send(program),
    );
    scope.get<{ Params: { name: string } }>('/docs/static/:name', hidden, (request, reply) => {
      const { name } = request.params;
      const type = types[name];
      if (type) sendCompressed(request, reply, join(folder, `${name}.gz`), type);
      else reply.callNotFound();
    });
  });
}
