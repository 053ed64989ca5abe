import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { after, before, test } from 'node:test';
import type { Poster } from '../../../src/core/poster.js';
import { createServer } from '../../../src/server/create-server.js';
import { nameCheck, parseHostName } from '../../../src/server/http/own-names.js';
import { errorSchema } from '../../../src/server/http/schemas.js';
import type { ServerOptions } from '../../../src/server/server-options.js';
import { narrowPoster } from '../support.js';

let poster: Poster;

before(async () => {
  poster = await narrowPoster();
});

after(() => poster.dispose());

/** The status that requests by each of these names get. */
async function statuses(options: ServerOptions, names: readonly string[], url = '/health') {
  await using app = await createServer(poster, options);
  const found: Record<string, number> = {};
  for (const host of names) found[host] = (await app.inject({ url, headers: { host } })).statusCode;
  return found;
}

/** All names with one status. */
const all = (names: readonly string[], status: number) =>
  Object.fromEntries(names.map((name) => [name, status]));

const own = [
  'localhost',
  'localhost:8080',
  'LocalHost:1',
  'localhost.',
  '127.0.0.1',
  '127.0.0.1:8080',
  '[::1]:8080',
  '[::1]',
];
const foreign = [
  'evil.example.com',
  'evil.example.com:8080',
  'localhost.evil.example.com',
  '127.0.0.1.evil.example.com',
  'evil.localhost',
  'localhost@evil.example.com',
  'localhost:80:90',
  '192.168.1.5',
  '0.0.0.0:8080',
  '[]',
  ':8080',
];

test('a server on loopback answers to its own names', async () => {
  for (const host of [undefined, '127.0.0.1', 'localhost', '::1']) {
    assert.deepEqual(await statuses({ host }, own), all(own, 200));
  }
  assert.deepEqual(await statuses({ host: '127.0.0.2' }, ['127.0.0.2:80']), { '127.0.0.2:80': 200 });
});

test('and to no other, whatever is asked for', async () => {
  for (const url of ['/', '/v1/model', '/v1/runs', '/openapi.json', '/docs', '/metrics', '/nothing']) {
    assert.deepEqual(await statuses({}, foreign, url), all(foreign, 403), url);
  }
  assert.deepEqual(await statuses({ token: 'secret' }, foreign), all(foreign, 403), 'also with a token');
});

test('the refusal is one sentence that says what to do', async () => {
  await using app = await createServer(poster);
  const headers = { host: `evil.example.com${'x'.repeat(5000)}` };
  const { statusCode, body } = await app.inject({
    method: 'POST',
    url: '/v1/recognise',
    headers,
    payload: {},
  });
  const { code, message } = errorSchema.parse(JSON.parse(body)).error;
  assert.deepEqual([statusCode, code], [403, 'request.forbidden']);
  assert.match(message, /^Expected a request to a name of this server.*"evil\.example\.com.*--allow-host/);
  assert.ok(message.length < 400);
});

test('further names are allowed one by one, or all below one', async () => {
  const allowHosts = ['faces.example.com', '.Example.org', 'BÜCHER.de', '10.0.0.7', '[fe80::1]'];
  const allowed = [
    'faces.example.com:443',
    'FACES.example.com.',
    'example.org',
    'a.b.example.org',
    'xn--bcher-kva.de',
    '10.0.0.7:80',
    '[fe80::1]',
  ];
  const refused = [
    'example.com',
    'a.faces.example.com',
    'evilexample.org',
    'example.org.evil.com',
    '10.0.0.8',
  ];
  assert.deepEqual(await statuses({ allowHosts }, [...allowed, ...own]), all([...allowed, ...own], 200));
  assert.deepEqual(await statuses({ allowHosts }, refused), all(refused, 403));
});

test('a server open to others answers to addresses and to its own name, which no page can take', async () => {
  const host = '0.0.0.0';
  const names = [...own, '192.168.1.5:8080', '[2001:db8::1]', hostname(), `${hostname()}.local:80`];
  assert.deepEqual(await statuses({ host }, names), all(names, 200));
  assert.deepEqual(await statuses({ host }, ['evil.example.com']), { 'evil.example.com': 403 });
  assert.deepEqual(await statuses({ host: 'faces.lan' }, ['faces.lan:80']), { 'faces.lan:80': 200 });
});

test('and to any name where it asks for a token, which pages of others do not have', async () => {
  const options = { host: '0.0.0.0', token: 'secret' };
  assert.deepEqual(await statuses(options, ['faces.example.com']), { 'faces.example.com': 200 });
  assert.deepEqual(await statuses(options, ['faces.example.com'], '/v1/model'), { 'faces.example.com': 401 });
});

test('a name that is empty is none; without any came no browser', () => {
  const check = nameCheck({ host: '127.0.0.1', allowHosts: [], secured: false });
  assert.throws(() => check(''), { code: 'request.forbidden' });
  check(undefined);
});

test('what is no host name is refused when it is given', () => {
  for (const text of [
    '',
    '.',
    '*',
    'http://a.com',
    'a.com:80',
    'a.com/',
    'a/b',
    'a b',
    'a..b',
    '*.a.com',
    'u@a.com',
    '[a]',
  ]) {
    assert.throws(() => parseHostName(text), { code: 'option.invalid', message: /--allow-host/ }, text);
  }
});
