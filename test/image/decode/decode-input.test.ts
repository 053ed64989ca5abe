import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { PosterError } from '../../../src/errors.js';
import { decodeImage } from '../../../src/image/decode/decode.js';
import { decodeInput, type ImageInput } from '../../../src/image/decode/decode-input.js';
import { fixture } from '../../support/fixtures.js';
import { temporaryFolder } from '../../support/narrow-model.js';

const path = fixture('images/aligned-100.jpg');
const bytes = await readFile(path);
const expected = await decodeImage(path);
const base64 = bytes.toString('base64');
const buffer = new Uint8Array(bytes).buffer;
const shared = new SharedArrayBuffer(bytes.length + 3);
new Uint8Array(shared, 3).set(bytes);
const odd = new Uint8Array(bytes.length + 1).fill(0, bytes.length); // a whole number of 16-bit values, zeros after the end
odd.set(bytes);
const even = odd.subarray(0, odd.length - (odd.length % 2)).slice();

const kinds: Record<string, ImageInput> = {
  path,
  'file URL': pathToFileURL(path),
  'text of a file URL': pathToFileURL(path).href,
  Buffer: bytes,
  Uint8Array: new Uint8Array(bytes),
  Uint8ClampedArray: new Uint8ClampedArray(bytes),
  Int8Array: new Int8Array(buffer),
  Uint16Array: new Uint16Array(even.buffer),
  'view into a longer buffer': new Uint8Array(shared, 3),
  DataView: new DataView(buffer),
  ArrayBuffer: buffer,
  Blob: new Blob([bytes]),
  File: new File([bytes], 'face.jpg'),
  'data URL': new URL(`data:image/jpeg;base64,${base64}`),
  'text of a data URL': `DATA:image/jpeg;charset=x;base64,${base64}`,
  'data URL in lines': `data:;base64,${base64.replace(/.{76}/g, '$&\r\n')}`,
  'data URL with escapes': `data:;base64,${encodeURIComponent(base64)}`,
  'data URL of percents': `data:image/jpeg,${[...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`,
  'array of another realm': vm.runInNewContext('Uint8Array.from(bytes)', { bytes: [...bytes] }),
  'buffer of another realm': vm.runInNewContext('Uint8Array.from(bytes).buffer', { bytes: [...bytes] }),
  pixels: expected,
  'clamped pixels': { ...expected, data: new Uint8ClampedArray(expected.data) as never },
};

for (const [kind, image] of Object.entries(kinds)) {
  test(`${kind}: the pixels of the file`, async () => {
    const { width, height, data } = await decodeInput(image);
    assert.deepEqual([width, height], [100, 100]);
    assert.ok(Buffer.from(data).equals(expected.data));
  });
}

test('SharedArrayBuffer: the pixels of the file', async () => {
  const exact = new SharedArrayBuffer(bytes.length);
  new Uint8Array(exact).set(bytes);
  assert.deepEqual((await decodeInput(exact)).data, expected.data);
});

const pixels = { width: 4, height: 2, data: new Uint8Array(24) };
const refused: [what: string, image: unknown, message: RegExp, code?: string][] = [
  ['undefined', undefined, /got undefined\./],
  ['null', null, /got null\./],
  ['a number', 5, /got the number 5\./],
  ['a big number', 5n, /got the bigint 5\./],
  ['a boolean', true, /got the boolean true\./],
  ['a symbol', Symbol('x'), /got the symbol Symbol\(x\)\./],
  ['a function', () => {}, /got a function\./],
  ['an object', {}, /got an Object\./],
  ['an object without a prototype', Object.create(null), /got an Object\./],
  ['an array of numbers', [...bytes], /got an array\./],
  ['a promise', Promise.resolve(bytes), /got a Promise, which was not awaited\./],
  ['a response', new Response(''), /got a Response\./],
  ['a map', new Map(), /got a Map\./],
  ['an http address', 'https://example.com/a.jpg', /got the address https:\/\/example\.com\/a\.jpg.*fetch/],
  ['an http URL', new URL('http://localhost/a.jpg'), /got the address http:\/\/localhost\/a\.jpg/],
  ['an address elsewhere', 's3://bucket/a.jpg', /got the address s3:/],
  ['a blob URL', new URL('blob:nodedata:1234'), /got the address blob:/],
  ['a file URL of another machine', new URL('file://elsewhere/a.jpg'), /got the URL file:\/\/elsewhere/],
  ['a data URL that is no base64', 'data:image/png;base64,%%%', /a data: URL whose base64 is none/],
  ['a data URL without an image', 'data:,hello', /in the data: URL: it is text that begins with "hello"/],
  ['an empty data URL', 'data:,', /in the data: URL: it is empty/],
  ['an empty buffer', new ArrayBuffer(0), /it is empty/],
  ['a file that is none', new File(['hello'], 'a.jpg'), /Cannot read the image a\.jpg: it is text/],
  ['an empty path', '', /at "", but there is no such file/, 'file.missing'],
  ['a file URL of nothing', new URL('file:///no/such.jpg'), /at \/no\/such\.jpg, but/, 'file.missing'],
  [
    'a broken width',
    { ...pixels, width: 4.5, height: 2, data: new Uint8Array(27) },
    /got 4\.5 x 2 with 27 bytes/,
  ],
  ['a width in text', { ...pixels, width: '4' }, /got a string x 2 with 24 bytes/],
  ['a negative size', { ...pixels, width: -4, height: -2 }, /got -4 x -2 with/],
  ['a width that is no number', { ...pixels, width: Number.NaN }, /got NaN x 2/],
  ['no size', { data: new Uint8Array(24) }, /got undefined x undefined with 24 bytes/],
  ['too few bytes', { ...pixels, data: new Uint8Array(23) }, /got 4 x 2 with 23 bytes/],
  ['four bytes a pixel', { ...pixels, data: new Uint8Array(32) }, /got 4 x 2 with 32 bytes/],
  ['numbers in a plain array', { ...pixels, data: Array(24).fill(0) }, /got 4 x 2 with an array/],
  ['fractions', { ...pixels, data: new Float32Array(24) }, /got 4 x 2 with a Float32Array/],
  ['no bytes', { ...pixels, data: undefined }, /got 4 x 2 with undefined/],
];

for (const [what, image, message, code = 'image.unreadable'] of refused) {
  test(`${what}: a sentence with a code`, async () => {
    await assert.rejects(decodeInput(image as ImageInput), (error) => {
      assert.ok(error instanceof PosterError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('a long text is shortened in messages', async () => {
  const long = [
    `data:image/png;base64,${'%'.repeat(100_000)}`,
    base64.repeat(20),
    `http://a/${'b'.repeat(9999)}`,
  ];
  for (const text of long) {
    await assert.rejects(decodeInput(text), (error: Error) => {
      assert.ok(error instanceof PosterError);
      assert.ok(error.message.length < 700, error.message);
      return true;
    });
  }
  await assert.rejects(decodeInput(base64.repeat(20)), /too long for a path.*Buffer\.from/);
});

test('a photo is turned in whatever form it comes', async () => {
  const turned = fixture('images/encodings/turned6.jpg');
  const upright = await decodeImage(turned, { autoOrient: true });
  const blob = new Blob([await readFile(turned)]);
  assert.deepEqual(await decodeInput(blob, { autoOrient: true }), upright);
});

test('a file whose name has signs of an address is a file', async () => {
  const folder = await temporaryFolder();
  for (const name of ['a#b?c%20d.jpg', 'data: x.jpg', 'http:x.jpg']) {
    await writeFile(join(folder, name), bytes);
    assert.equal((await decodeInput(join(folder, name))).width, 100);
    assert.equal((await decodeInput(pathToFileURL(join(folder, name)))).width, 100);
  }
});
