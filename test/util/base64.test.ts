import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base64Pattern, decodeBase64 } from '../../src/util/base64.js';
import { decodeDataUrl, isDataUrl } from '../../src/util/data-url.js';

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('latin1');

test('bytes come back from base64 of any alphabet, with and without padding, in lines of any width', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.constantFrom('base64', 'base64url'),
      fc.boolean(),
      fc.integer({ min: 1, max: 100 }),
      fc.constantFrom('', '\n', '\r\n', ' ', '\t', '\f'),
      (bytes, alphabet, padded, width, end) => {
        const whole = Buffer.from(bytes).toString(alphabet as 'base64');
        const digits = padded ? whole : whole.replace(/=+$/, '');
        const lines = digits.replace(new RegExp(`.{1,${width}}`, 'g'), `$&${end}`);
        assert.deepEqual([...decodeBase64(lines)!], [...bytes]);
      },
    ),
  );
});

test('what is no base64 is none', () => {
  for (const none of [
    'A',
    'AAAAA',
    '%%%%',
    'AA=',
    'AA==A',
    'AA==AA==',
    'AAA==',
    '=',
    '====',
    'AAAA=',
    'AÄ==',
    'A\u{1F600}',
  ]) {
    assert.equal(decodeBase64(none), undefined, none);
  }
  assert.equal(decodeBase64('')!.length, 0);
});

test('the documented pattern tells the same', () => {
  const pattern = new RegExp(`^${base64Pattern}$`);
  const nearly = fc.string({
    unit: fc.constantFrom('A', 'b', '9', '+', '/', '-', '_', '=', ' ', '\n', '%'),
    maxLength: 14,
  });
  fc.assert(
    fc.property(fc.oneof(nearly, fc.base64String()), (text) => {
      assert.equal(pattern.test(text), (decodeBase64(text)?.length ?? 0) > 0, JSON.stringify(text));
    }),
    { numRuns: 2000 },
  );
});

test('a data URL holds its bytes in base64 or percent signs', () => {
  assert.equal(text(decodeDataUrl('data:;base64,aGVsbG8=')), 'hello');
  assert.equal(text(decodeDataUrl('DATA:image/png;x=y; BASE64 ,aGVs\nbG8')), 'hello');
  assert.equal(text(decodeDataUrl('data:;base64,aGVsbG8%3D#part')), 'hello');
  assert.equal(text(decodeDataUrl('data:,a%20b%zz%')), 'a b%zz%');
  assert.equal(text(decodeDataUrl('data:,%FF%00')), '\xff\0');
  assert.equal(text(decodeDataUrl('data:,')), '');
  assert.equal(decodeDataUrl('data:;base64,a'), undefined);
  assert.equal(decodeDataUrl('data:;base64'), undefined);
  assert.deepEqual(['data:,', 'data:;base64', 'file:,', 'x data:,'].map(isDataUrl), [
    true,
    false,
    false,
    false,
  ]);
});
