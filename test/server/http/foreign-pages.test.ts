import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Poster } from '../../../src/core/poster.js';
import { createServer } from '../../../src/server/create-server.js';
import { parseOrigin } from '../../../src/server/http/foreign-pages.js';
import { errorSchema } from '../../../src/server/http/schemas.js';
import { fixture } from '../../support/fixtures.js';
import { form, narrowPoster } from '../support.js';

const crop = await readFile(fixture('images/aligned-100.jpg'));
const upload = form([{ name: 'image', filename: 'a.jpg', content: crop }]);
const site = 'http://localhost:3000';
let poster: Poster;

before(async () => {
  poster = await narrowPoster();
});

after(() => poster.dispose());

const start = (allowOrigins?: string[]) => createServer(poster, { batchDelay: 0, allowOrigins });
const recognise = (headers: Record<string, string>) =>
  ({
    method: 'POST',
    url: '/v1/recognise',
    payload: upload.payload,
    headers: { ...upload.headers, ...headers },
  }) as const;

/** What browsers send with a request of a page at this address. */
const cors = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };

const foreign: [what: string, headers: Record<string, string>][] = [
  ['another site', { origin: 'https://evil.example.com', ...cors }],
  ['another site, by an older browser', { origin: 'https://evil.example.com' }],
  ['another port of this machine', { origin: site, ...cors, 'sec-fetch-site': 'same-site' }],
  ['another port, by an older browser', { origin: site }],
  ['a page without an origin', { origin: 'null', ...cors }],
  [
    'a form that another site sends',
    { origin: 'https://evil.example.com', ...cors, 'sec-fetch-mode': 'navigate' },
  ],
  ['a site whose name begins like this one', { origin: 'http://localhost:80.evil.example.com' }],
  ['a picture of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
];

for (const [what, headers] of foreign) {
  test(`${what} is refused`, async () => {
    await using app = await start();
    for (const request of [recognise(headers), { url: '/v1/model', headers }]) {
      if (headers['sec-fetch-mode'] === 'navigate' && 'url' in request && request.url === '/v1/model')
        continue;
      const response = await app.inject(request);
      assert.equal(response.statusCode, 403, response.body);
      const { code, message } = errorSchema.parse(response.json()).error;
      assert.equal(code, 'request.forbidden');
      assert.match(message, /^Expected a request of this server's own pages.*--allow-origin/);
      assert.equal(response.headers['access-control-allow-origin'], undefined);
      assert.equal(response.headers.vary, undefined, 'nothing differs by site');
    }
  });
}

const own: [what: string, headers: Record<string, string>][] = [
  ['a program', {}],
  [
    "the server's own page",
    { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-origin' },
  ],
  ["the server's own page, by an older browser", { host: 'localhost:8080', origin: 'http://localhost:8080' }],
  [
    'its page behind a proxy with another name',
    { origin: 'https://faces.example.com', 'sec-fetch-site': 'same-origin' },
  ],
  ['an address that was typed', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
];

for (const [what, headers] of own) {
  test(`${what} is answered`, async () => {
    await using app = await start();
    assert.equal((await app.inject(recognise(headers))).statusCode, 200);
    assert.equal((await app.inject({ url: '/v1/model', headers })).statusCode, 200);
  });
}

test('a link of another site leads here', async () => {
  await using app = await start();
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  assert.equal((await app.inject({ url: '/docs/', headers })).statusCode, 200);
});

test('a site that was allowed reads answers and errors', async () => {
  await using app = await start(['https://example.com', site]);
  for (const headers of [{ origin: site }, { origin: site, ...cors }, { origin: 'https://example.com' }]) {
    for (const request of [
      recognise(headers),
      { url: '/nothing', headers },
      { method: 'PUT' as const, url: '/v1/model', headers },
    ]) {
      const response = await app.inject(request);
      assert.equal(response.headers['access-control-allow-origin'], headers.origin);
      assert.equal(response.headers['access-control-allow-credentials'], undefined);
      assert.equal(response.headers.vary, 'Origin');
      assert.match(String(response.headers['access-control-expose-headers']), /etag/);
      assert.notEqual(response.statusCode, 403);
    }
  }
  const other = await app.inject(recognise({ origin: 'http://localhost:3001' }));
  assert.equal(other.statusCode, 403);
  assert.equal(other.headers['access-control-allow-origin'], undefined);
  const nobody = await app.inject({ url: '/v1/model' });
  assert.deepEqual([nobody.statusCode, nobody.headers.vary], [200, 'Origin']);
});

const preflight = (url: string, origin: string, method = 'POST') =>
  ({
    method: 'OPTIONS',
    url,
    headers: {
      ...cors,
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type',
    },
  }) as const;

test('its browser is told what it may ask, without a token', async () => {
  await using app = await createServer(poster, { allowOrigins: [site], token: 'secret' });
  const response = await app.inject(preflight('/v1/recognise', site));
  assert.equal(response.statusCode, 204);
  assert.equal(response.body, '');
  const { headers } = response;
  assert.equal(headers['access-control-allow-origin'], site);
  assert.equal(headers['access-control-allow-methods'], 'POST');
  assert.equal(headers['access-control-allow-headers'], 'authorization,content-type');
  assert.equal(headers['access-control-max-age'], '600');
  assert.match(String(headers.vary), /^Origin\b/);
  const model = await app.inject(preflight('/v1/model', site, 'GET'));
  assert.equal(model.headers['access-control-allow-methods'], 'GET, HEAD');
  const asked = { url: '/v1/model', headers: { origin: site, ...cors } };
  assert.equal((await app.inject(asked)).statusCode, 401);
  const authorised = { ...asked, headers: { ...asked.headers, authorization: 'Bearer secret' } };
  assert.equal((await app.inject(authorised)).statusCode, 200);
  assert.equal((await app.inject(preflight('/nothing', site))).statusCode, 404);
});

test('that of another is not, and none where no site was allowed', async () => {
  await using some = await start([site]);
  await using none = await start();
  for (const [app, origin] of [
    [some, 'https://evil.example.com'],
    [none, site],
  ] as const) {
    const response = await app.inject(preflight('/v1/recognise', origin));
    assert.equal(response.statusCode, 403);
    assert.equal(response.headers['access-control-allow-origin'], undefined);
    assert.equal(response.headers['access-control-allow-methods'], undefined);
  }
});

test('a site is given by scheme, host and port', () => {
  const sites: [string, string][] = [
    ['http://localhost:3000', 'http://localhost:3000'],
    ['HTTPS://Example.com:443/', 'https://example.com'],
    ['https://bücher.de', 'https://xn--bcher-kva.de'],
    ['http://[::1]:5173', 'http://[::1]:5173'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['chrome-extension://abcdef', 'chrome-extension://abcdef'],
  ];
  for (const [text, origin] of sites) assert.equal(parseOrigin(text), origin);
  for (const text of [
    '',
    '*',
    'null',
    'localhost:3000',
    'example.com',
    'https://a.com/page',
    'https://a.com?x',
    'https://a.com#x',
    'https://*.a.com',
    'https://u@a.com',
    'file:///x',
    'data:,x',
  ]) {
    assert.throws(() => parseOrigin(text), { code: 'option.invalid', message: /--allow-origin/ }, text);
  }
});
