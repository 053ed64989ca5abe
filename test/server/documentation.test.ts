import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type ErrorCode, errorCodes, PosterError } from '../../src/errors.js';
import { describeError } from '../../src/server/http/answer-error.js';
import { routeSchemas } from '../../src/server/http/openapi.js';
import { answeredCodes, answerSchema, recogniseSchema } from '../../src/server/http/schemas.js';
import { defaultLimits } from '../../src/server/limits/limits.js';
import { createMetrics } from '../../src/server/metrics.js';

const page = await readFile(fileURLToPath(new URL('../../../docs/server.md', import.meta.url)), 'utf8');

/** The rows of the table whose first column has this heading, without backticks. */
function table(heading: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`));
  assert.ok(start > 0, heading);
  const end = lines.indexOf('', start);
  const cells = (line: string) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', ''));
  return lines.slice(start + 2, end).map(cells);
}

interface JsonSchema {
  readonly properties?: Record<string, JsonSchema>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** Every field of a schema by its path; those of geometry and of predictions of faces are told by their parents. */
function paths(schema: JsonSchema, prefix = ''): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const path = `${prefix}${name}`;
    const known = ['box', 'points', 'landmarks'].includes(name) || path === 'results.faces.prediction';
    return [path, ...(known ? [] : paths(inner, `${path}.`))];
  });
  const within = [...(schema.items ? [schema.items] : []), ...(schema.anyOf ?? [])];
  return [...new Set([...own, ...within.flatMap((inner) => paths(inner, prefix))])];
}

test('the documented codes are those that clients may see, with the status and meaning of the table', () => {
  const expected = answeredCodes.map((code) => [
    code,
    String(errorCodes[code].status),
    errorCodes[code].meaning,
  ]);
  assert.deepEqual(table('Code'), [...expected, ['internal', '500', 'something unforeseen happened']]);
});

test('errors are told by their code; what is not for clients is internal to them', () => {
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    const { status, body } = describeError(new PosterError(code, 'In /secret.'));
    const answered = answeredCodes.some((one) => one === code);
    assert.deepEqual([status, body.code], answered ? [errorCodes[code].status, code] : [500, 'internal']);
    assert.equal(body.message.includes('/secret'), answered && !code.startsWith('engine.'), code);
  }
  assert.equal(describeError(undefined).status, 500);
});

test('the OpenAPI document names every status that recognition may answer', () => {
  const { response } = routeSchemas(defaultLimits, true).recognise;
  const elsewhere = new Set([404, 405, 499]); // another address or method; nobody is left to see it
  const statuses = new Set([200, ...answeredCodes.map((code) => errorCodes[code].status)]);
  const expected = [...statuses].filter((status) => !elsewhere.has(status)).map(String);
  assert.deepEqual(Object.keys(response).sort(), expected.sort());
});

test('every field is documented', () => {
  const fields = table('Field').map(([name]) => name!);
  const request = Object.keys(recogniseSchema(defaultLimits).shape);
  assert.deepEqual(fields.sort(), [...request, 'image'].sort());
  const answer = paths(z.toJSONSchema(answerSchema) as JsonSchema);
  assert.deepEqual(
    table('Field of the answer')
      .map(([name]) => name!)
      .sort(),
    answer.sort(),
  );
});

test('the documented limits are the defaults', () => {
  const { bodyBytes, pixels, images, faces, overlays, requests, readTimeout, answerTimeout } = defaultLimits;
  assert.deepEqual(
    table('Option').map(([, value]) => Number(value)),
    [
      bodyBytes / 2 ** 20,
      pixels / 1e6,
      images,
      faces,
      overlays,
      requests,
      readTimeout / 1000,
      answerTimeout / 1000,
    ],
  );
  assert.match(page, new RegExp(`at most ${defaultLimits.heldBytes / 2 ** 20} MiB`));
  assert.match(page, new RegExp(`${defaultLimits.connections} connections`));
});

test('every metric is documented', async () => {
  const level = () => 0;
  const { registry } = createMetrics({ requests: level, waiting: level, heldBytes: level });
  const expected = (await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]);
  assert.deepEqual(
    table('Name')
      .map(([name, kind]) => [name, kind])
      .sort(),
    expected.sort(),
  );
});
