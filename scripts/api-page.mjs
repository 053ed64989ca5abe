/**
 * Puts the files of Swagger UI, which the server's /docs shows, compressed into build/api-page.
 *
 *   node scripts/api-page.mjs
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const output = fileURLToPath(new URL('../build/api-page', import.meta.url));
const from = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui')), 'static');

mkdirSync(output, { recursive: true });
for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css'])
  writeFileSync(join(output, `${name}.gz`), gzipSync(readFileSync(join(from, name)), { level: 9 }));
