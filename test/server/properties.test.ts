import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import type { Poster } from '../../src/core/poster.js';
import { createServer } from '../../src/server/create-server.js';
import {
  answerSchema,
  errorSchema,
  formFieldsSchema,
  recogniseSchema,
} from '../../src/server/http/schemas.js';
import { fixture } from '../support/fixtures.js';
import { type FormPart, form, narrowPoster } from './support.js';

const limits = { images: 3, bodyBytes: 100_000 };
const crop = await readFile(fixture('images/aligned-100.jpg'));
const good = crop.toString('base64');
let poster: Poster;
let app: FastifyInstance;

before(async () => {
  poster = await narrowPoster();
  app = await createServer(poster, { limits, batchDelay: 0 });
});

after(async () => {
  await app.close();
  await poster.dispose();
});

/** Whatever was asked: a documented answer, never a 500, and nothing kept. */
async function answerTo(request: object) {
  const response = await app.inject({ method: 'POST', url: '/v1/recognise', ...request });
  assert.notEqual(response.statusCode, 500, response.body);
  if (response.statusCode !== 200) errorSchema.parse(response.json());
  else answerSchema.parse(response.json());
  const { body } = await app.inject('/metrics');
  assert.match(body, /^poster_requests_in_progress 0$/m);
  assert.match(body, /^poster_body_bytes 0$/m);
  return response;
}

const data = fc.oneof(
  fc.constant(good),
  fc.constant(`data:image/jpeg;base64,${good}`),
  fc.base64String({ minLength: 4, maxLength: 60 }),
  fc.nat({ max: crop.length }).map((end) => crop.subarray(0, end).toString('base64')),
);
const image = fc.record(
  { data: fc.oneof(data, fc.jsonValue()), name: fc.oneof(fc.string(), fc.jsonValue()) },
  { requiredKeys: [] },
);
const almostRight = fc.record(
  {
    images: fc.oneof({ weight: 4, arbitrary: fc.array(image, { maxLength: 4 }) }, fc.jsonValue()),
    faces: fc.oneof({ weight: 4, arbitrary: fc.boolean() }, fc.jsonValue()),
    embeddings: fc.oneof({ weight: 4, arbitrary: fc.boolean() }, fc.jsonValue()),
    explain: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('maps', 'overlay') }, fc.jsonValue()),
  },
  { requiredKeys: [] },
);

test('any JSON gets a documented answer; what the schema refuses is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(almostRight, fc.jsonValue()), async (body) => {
      const payload = JSON.stringify(body);
      const headers = { 'content-type': 'application/json' };
      const { statusCode } = await answerTo({ payload, headers });
      const valid = recogniseSchema(limits).safeParse(JSON.parse(payload)).success;
      if (!valid) assert.ok([400, 413].includes(statusCode), `${statusCode}`);
    }),
    { numRuns: 100 },
  );
});

test('a valid request has a result for each image, good ones recognised and bad ones not', async () => {
  const images = fc.array(fc.record({ good: fc.boolean(), name: fc.string({ maxLength: 255 }) }), {
    minLength: 1,
    maxLength: limits.images,
  });
  const explain = fc.constantFrom(undefined, 'maps', 'overlay');
  await fc.assert(
    fc.asyncProperty(images, fc.boolean(), explain, async (asked, embeddings, explain) => {
      const payload = {
        images: asked.map((one) => ({ name: one.name, data: one.good ? good : 'AAAA' })),
        embeddings,
        explain,
      };
      const response = await answerTo({ payload });
      if (asked.every((one) => !one.good)) return assert.equal(response.statusCode, 415);
      const { results } = answerSchema.parse(response.json());
      assert.equal(results.length, asked.length);
      for (const [i, result] of results.entries()) {
        assert.equal(result.name, asked[i]!.name);
        assert.equal('prediction' in result, asked[i]!.good);
        if (!('prediction' in result)) continue;
        assert.equal(result.prediction.embedding !== undefined, embeddings);
        assert.equal(result.prediction.explanation !== undefined, explain !== undefined);
        assert.equal(result.prediction.explanation?.overlay !== undefined, explain === 'overlay');
        const sum = Object.values(result.prediction.probabilities).reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(sum - 1) < 1e-5);
      }
    }),
    { numRuns: 40 },
  );
});

const part: fc.Arbitrary<FormPart> = fc.oneof(
  fc.constant({ name: 'image', filename: 'a.jpg', content: crop }),
  fc.record({
    name: fc.constantFrom('faces', 'embeddings', 'explain'),
    content: fc.constantFrom('true', 'false', '1', '', 'maps', 'overlay'),
  }),
  fc.record({
    name: fc.constantFrom('image', 'images', '__proto__', 'constructor', ''),
    content: fc.uint8Array({ maxLength: 300 }),
    filename: fc.option(fc.constantFrom('a', '../../etc/passwd', 'ü.jpg', ''), { nil: undefined }),
  }) as fc.Arbitrary<FormPart>,
);

test('any form gets a documented answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
      const { statusCode } = await answerTo(form(parts));
      const fields = parts.filter(({ filename }) => filename === undefined);
      const named = Object.fromEntries(fields.map(({ name, content }) => [name, content]));
      if (!formFieldsSchema.safeParse(named).success)
        assert.ok([400, 413].includes(statusCode), `${statusCode}`);
    }),
    { numRuns: 100 },
  );
});

test('forms cut short or overwritten anywhere get a documented answer', async () => {
  const whole = form([
    { name: 'embeddings', content: 'true' },
    { name: 'image', filename: 'a.jpg', content: crop },
  ]);
  const size = whole.payload.length;
  const damage = fc.record({
    end: fc.nat({ max: size }),
    at: fc.nat({ max: size - 1 }),
    byte: fc.nat({ max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ end, at, byte }) => {
      const payload = Buffer.from(whole.payload.subarray(0, end));
      if (at < end) payload[at] = byte;
      await answerTo({ payload, headers: whole.headers });
    }),
    { numRuns: 100 },
  );
});
