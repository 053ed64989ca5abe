import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import type { Poster } from '../../../src/core/poster.js';
import { createServer } from '../../../src/server/create-server.js';
import { answerSchema, errorSchema } from '../../../src/server/http/schemas.js';
import { fixture } from '../../support/fixtures.js';
import { form, narrowPoster } from '../support.js';

const crop = await readFile(fixture('images/aligned-100.jpg'));
const base64 = crop.toString('base64');
const lines = (end: string) => `${base64.match(/.{1,76}/g)!.join(end)}${end}`;
const bodyOf = (data: string) => Buffer.from(JSON.stringify({ images: [{ data }] }));
const json = bodyOf(base64);
let poster: Poster;
let app: FastifyInstance;

before(async () => {
  poster = await narrowPoster();
  app = await createServer(poster, { batchDelay: 0, limits: { bodyBytes: 60_000 } });
});

after(async () => {
  await app.close();
  await poster.dispose();
});

async function send(payload: Buffer, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/json' };
  const response = await app.inject({
    method: 'POST',
    url: '/v1/recognise',
    payload,
    headers: { ...type, ...headers },
  });
  assert.match((await app.inject('/metrics')).body, /^poster_body_bytes 0$/m, 'all bytes given back');
  return response;
}

const sound: [what: string, payload: Buffer, headers?: Record<string, string>][] = [
  ['base64', json],
  ['base64 in lines of 76', bodyOf(lines('\n'))],
  ['base64 in lines of 76 as mail has it', bodyOf(lines('\r\n'))],
  ['base64 and a newline', bodyOf(`${base64}\n`)],
  ['base64 without padding', bodyOf(base64.replace(/=+$/, ''))],
  ['base64 for URLs', bodyOf(crop.toString('base64url'))],
  ['a data URL', bodyOf(`data:image/jpeg;base64,${base64}`)],
  ['a data URL in lines', bodyOf(`data:image/jpeg;charset=utf-8;base64,${lines('\n')}`)],
  ['a data URL with escapes', bodyOf(`data:;base64,${encodeURIComponent(base64)}`)],
  ['a byte order mark', Buffer.concat([Buffer.from('\ufeff'), json])],
  ['gzip', gzipSync(json), { 'content-encoding': 'gzip' }],
  ['gzip by its old name', gzipSync(json), { 'content-encoding': 'X-GZIP' }],
  [
    'gzip around a byte order mark',
    gzipSync(Buffer.concat([Buffer.from('\ufeff'), json])),
    { 'content-encoding': 'gzip' },
  ],
  ['deflate', deflateSync(json), { 'content-encoding': 'deflate' }],
  ['brotli', brotliCompressSync(json), { 'content-encoding': 'br' }],
  ['identity', json, { 'content-encoding': 'identity' }],
];

for (const [what, payload, headers] of sound) {
  test(`${what} is read`, async () => {
    const response = await send(payload, headers);
    assert.equal(response.statusCode, 200, response.body);
    const [result] = answerSchema.parse(response.json()).results;
    assert.ok(result && 'prediction' in result);
    assert.equal(result.prediction.label, (await poster.predict(crop)).label);
  });
}

const bomb = gzipSync(Buffer.alloc(20_000_000, 0x20));
const gzip = { 'content-encoding': 'gzip' };
const { payload, headers: formHeaders } = form([{ name: 'image', filename: 'a.jpg', content: crop }]);
const refused: [
  what: string,
  payload: Buffer,
  headers: Record<string, string>,
  status: number,
  message: RegExp,
][] = [
  [
    'gzip that does not say so',
    gzipSync(json),
    {},
    400,
    /it is in gzip; say so with "Content-Encoding: gzip"/,
  ],
  ['a small body that becomes a large one', bomb, gzip, 413, /at most 60000 bytes/],
  ['gzip that is none', json, gzip, 400, /Expected a body in gzip.*damaged or in another/],
  ['gzip cut short', gzipSync(json).subarray(0, 500), gzip, 400, /Expected a body in gzip/],
  ['deflate that is none', json, { 'content-encoding': 'deflate' }, 400, /Expected a body in deflate/],
  ['brotli that is none', json, { 'content-encoding': 'br' }, 400, /Expected a body in br/],
  ['another encoding', json, { 'content-encoding': 'zstd' }, 415, /gzip, deflate or br, got "zstd"/],
  ['two encodings', json, { 'content-encoding': 'gzip, br' }, 415, /got "gzip, br"/],
  [
    'an encoding called after a property',
    json,
    { 'content-encoding': 'constructor' },
    415,
    /got "constructor"/,
  ],
  ['a form in gzip', gzipSync(payload), { ...formHeaders, ...gzip }, 415, /a form without Content-Encoding/],
  ['JSON in UTF-16', Buffer.from(`\ufeff${json}`, 'utf16le'), {}, 400, /JSON in UTF-8/],
  [
    'JSON in latin-1',
    Buffer.from('{"images": [{"name": "\xe4", "data": "AAAA"}]}', 'latin1'),
    {},
    400,
    /JSON in UTF-8/,
  ],
  ['no base64', bodyOf('%%%%'), {}, 400, /images\.0\.data to be base64/],
  ['blanks for base64', bodyOf(' \n '), {}, 400, /images\.0\.data to be base64/],
  ['base64 with a rest', bodyOf('AAAAA'), {}, 400, /images\.0\.data to be base64/],
  ['padding within base64', bodyOf('AA==AAAA'), {}, 400, /images\.0\.data to be base64/],
  ['a data URL with no base64', bodyOf('data:image/png;base64,%%%'), {}, 400, /images\.0\.data to be base64/],
];

for (const [what, payload, headers, status, message] of refused) {
  test(`${what} is refused`, async () => {
    const response = await send(payload, headers);
    assert.equal(response.statusCode, status, response.body);
    assert.match(errorSchema.parse(response.json()).error.message, message);
  });
}

test('a field that a form has twice is refused, and too many files are counted', async () => {
  const file = { name: 'image', filename: 'a.jpg', content: 'x' };
  const twice = form([file, { name: 'faces', content: 'true' }, { name: 'faces', content: 'false' }]);
  const response = await send(twice.payload, twice.headers);
  assert.equal(response.statusCode, 400);
  assert.match(response.body, /Expected the field \\"faces\\" once/);
  const many = form(Array.from({ length: 17 }, () => file));
  const refusal = await send(many.payload, many.headers);
  assert.equal(refusal.statusCode, 413);
  assert.match(refusal.body, /Expected at most 16 images in a request, got more/);
});
