import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import fastify from 'fastify';
import type { Poster } from '../../src/core/poster.js';
import { answerSchema } from '../../src/server/http/schemas.js';
import { createServer, middleware, plugin, type Server } from '../../src/server/index.js';
import { fixture } from '../support/fixtures.js';
import { narrowPoster } from './support.js';

let poster: Poster;
let server: Server;
const crop = await readFile(fixture('images/aligned-100.jpg'));

before(async () => {
  poster = await narrowPoster();
  server = await createServer(poster);
});

after(async () => {
  await server.close();
  await poster.dispose();
});

/** What a mounted server says below an address: to a form, to JSON, and to what it has not. */
async function requireAnswers(address: string): Promise<void> {
  const { label } = await poster.predict(crop);
  const form = new FormData();
  form.append('image', new Blob([crop]), 'face.jpg');
  const json = {
    body: JSON.stringify({ images: [{ data: crop.toString('base64') }] }),
    headers: { 'content-type': 'application/json' },
  };
  for (const request of [{ body: form }, json]) {
    const answer = await fetch(`${address}/v1/recognise`, { method: 'POST', ...request });
    assert.equal(answer.status, 200);
    const [result] = answerSchema.parse(await answer.json()).results;
    assert.equal(result && 'prediction' in result && result.prediction.label, label);
  }
  assert.deepEqual(await (await fetch(`${address}/health`)).json(), { status: 'ok' });
  assert.equal((await fetch(`${address}/v1/nothing`)).status, 404);
}

test('mounted in an app of the kind that strips the path, such as Express, it answers below it', async () => {
  const answer = middleware(server);
  const app = createHttpServer((request, response) => {
    request.url = request.url!.replace(/^\/expressions/, '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  try {
    await requireAnswers(`http://127.0.0.1:${(app.address() as AddressInfo).port}/expressions`);
  } finally {
    app.closeAllConnections();
    await new Promise((resolve) => app.close(resolve));
  }
});

test('registered in a Fastify app it answers below its prefix, beside the routes of the app', async () => {
  await using app = fastify();
  app.post('/own', async ({ body }) => body);
  await app.register(plugin(server), { prefix: '/expressions' });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  await requireAnswers(`${address}/expressions`);
  const own = await app.inject({ method: 'POST', url: '/own', payload: { kept: true } });
  assert.deepEqual(own.json(), { kept: true });
});
