import assert from 'node:assert/strict';
import { METHODS } from 'node:http';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Poster } from '../../../src/core/poster.js';
import { createServer } from '../../../src/server/create-server.js';
import { errorSchema } from '../../../src/server/http/schemas.js';
import { narrowPoster } from '../support.js';

let poster: Poster;
let app: FastifyInstance;

before(async () => {
  poster = await narrowPoster();
  app = await createServer(poster, { token: 'secret' });
});

after(async () => {
  await app.close();
  await poster.dispose();
});

const addresses: [url: string, allow: string][] = [
  ['/v1/recognise', 'POST'],
  ['/v1/recognise?faces=true', 'POST'],
  ['/v1/model', 'GET, HEAD'],
  ['/v1/model/file', 'GET, HEAD'],
  ['/v1/runs', 'GET, HEAD'],
  ['/v1/runs/some%20name', 'GET, HEAD'],
  ['/health', 'GET, HEAD'],
  ['/ready', 'GET, HEAD'],
  ['/metrics', 'GET, HEAD'],
  ['/openapi.json', 'GET, HEAD'],
  ['/', 'GET, HEAD'],
  ['/docs', 'GET, HEAD'],
  ['/studio/main.js', 'GET, HEAD'],
];

for (const [url, allow] of addresses) {
  test(`${url} takes ${allow} and says so to every other method`, async () => {
    for (const method of METHODS) {
      if (method === 'CONNECT' || allow.split(', ').includes(method)) continue;
      for (const request of [{}, { payload: 'x', headers: { 'content-type': 'text/plain' } }]) {
        const response = await app.inject({ method: method as 'GET', url, ...request });
        assert.equal(response.statusCode, 405, `${method} ${response.body}`);
        assert.equal(response.headers.allow, allow);
        const { code, message } = errorSchema.parse(response.json()).error;
        assert.equal(code, 'request.method');
        assert.ok(message.startsWith(`Expected ${allow} at ${url}, got ${method}`), message);
      }
    }
  });
}

test('where nothing is, nothing is, by any method', async () => {
  for (const url of ['/v1', '/v1/model/', '/v1/modelx', '/v1/runs/a/b', '/nothing', '/%2Fv1']) {
    for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE', 'QUERY', 'PROPFIND']) {
      const response = await app.inject({ method: method as 'GET', url });
      assert.equal(response.statusCode, 404, `${method} ${url}`);
      assert.equal(errorSchema.parse(response.json()).error.code, 'request.unknown');
      assert.equal(response.headers.allow, undefined);
    }
  }
  assert.equal((await app.inject('/studio/nothing.js')).statusCode, 404);
});

test('no address of the API takes a query', async () => {
  const headers = { authorization: 'Bearer secret' };
  for (const [url, allow] of addresses.slice(2, 10)) {
    const response = await app.inject({
      method: allow === 'POST' ? 'POST' : 'GET',
      url: `${url}?limit=5`,
      headers,
    });
    assert.equal(response.statusCode, 400, url);
    assert.match(
      errorSchema.parse(response.json()).error.message,
      /^Expected no query in the address, got "limit"; this address takes none\.$/,
    );
  }
});

test('a field in the query of an address is told where it belongs', async () => {
  const headers = { authorization: 'Bearer secret' };
  for (const query of ['faces=true', 'embeddings', 'explain=maps', 'image=a.jpg', 'faces=true&x=1']) {
    const response = await app.inject({
      method: 'POST',
      url: `/v1/recognise?${query}`,
      headers,
      payload: {},
    });
    assert.equal(response.statusCode, 400);
    const name = /^\w+/.exec(query)![0];
    assert.equal(
      errorSchema.parse(response.json()).error.message,
      `Expected no query in the address, got "${name}"; send it to POST /v1/recognise as a field of the form or of the JSON.`,
    );
  }
  const odd = await app.inject({ url: `/health?__proto__=1` });
  assert.equal(odd.statusCode, 400);
  assert.equal((await app.inject('/health?')).statusCode, 200);
});
