import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { Poster } from '../../src/core/poster.js';
import { createServer } from '../../src/server/create-server.js';
import { temporaryFolder } from '../support/narrow-model.js';
import { narrowPoster } from './support.js';

let poster: Poster;
let app: FastifyInstance;

before(async () => {
  poster = await narrowPoster();
  app = await createServer(poster, { token: 'sesame' });
});

after(async () => {
  await app.close();
  await poster.dispose();
});

const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

test('the page comes without a token, isolated, and may load from its server alone', async () => {
  const { statusCode, headers, body } = await get('/');
  assert.equal(statusCode, 200, body);
  assert.match(String(headers['content-type']), /^text\/html/);
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /https?:|\*/);
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
  assert.equal(headers['cross-origin-embedder-policy'], 'require-corp');
  const addresses = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
  assert.ok(addresses.length > 2);
  for (const address of addresses) {
    assert.match(address, /^\/studio\//);
    assert.equal((await get(address)).statusCode, 200, address);
  }
});

test("the page's service worker names files that are there", async () => {
  const { body } = await get('/studio/offline.js');
  const { files } = JSON.parse(/^const page = (.*);$/m.exec(body)![1]!) as { files: string[] };
  assert.ok(files.length > 2);
  for (const file of files) assert.equal((await get(file)).statusCode, 200, file);
});

test("of the runtime's package only what browsers load is served, and nothing outside the folders", async () => {
  const { statusCode, headers } = await get('/studio/runtime/ort-wasm-simd-threaded.wasm');
  assert.deepEqual([statusCode, headers['content-type']], [200, 'application/wasm']);
  assert.equal(headers['cross-origin-embedder-policy'], 'require-corp');
  for (const path of [
    'runtime/ort.js',
    '../src/index.js',
    '..%2fsrc%2findex.js',
    'runtime/%2e%2e/package.json',
  ])
    assert.equal((await get(`/studio/${path}`)).statusCode, 404, path);
});

test('the model comes as a file that the library loads, to those with the token', async () => {
  assert.equal((await get('/v1/model/file')).statusCode, 401);
  const headers = { authorization: 'Bearer sesame' };
  const answer = await get('/v1/model/file', headers);
  assert.equal(answer.statusCode, 200, answer.body.slice(0, 300));
  const { etag } = (await app.inject({ method: 'HEAD', url: '/v1/model/file', headers })).headers;
  assert.ok(etag && etag === answer.headers.etag);
  const path = join(await temporaryFolder(), 'model.onnx');
  await writeFile(path, answer.rawPayload);
  await using copy = await Poster.load(path);
  assert.deepEqual(copy.labels, poster.labels);
});

test('what is exported for browsers is gone when the server closes', async () => {
  const other = await createServer(poster);
  const before = await exportFolders();
  assert.equal((await other.inject('/v1/model/file')).statusCode, 200);
  const made = (await exportFolders()).filter((path) => !before.includes(path));
  assert.ok(made.length >= 1);
  await other.close();
  assert.ok(made.some((path) => !existsSync(path)));
});

async function exportFolders(): Promise<string[]> {
  const names = await readdir(tmpdir());
  return names.filter((name) => name.startsWith('poster-web-')).map((name) => `${tmpdir()}/${name}`);
}
