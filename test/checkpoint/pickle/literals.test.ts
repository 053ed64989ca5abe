import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PickleCursor } from '../../../src/checkpoint/pickle/cursor.js';
import {
  binaryInteger,
  quoted,
  rawUnicodeEscaped,
  textFloat,
  textInteger,
  utf8,
} from '../../../src/checkpoint/pickle/literals.js';

const malformed = { code: 'checkpoint.unreadable', message: /^has a pickle with .+, so it is damaged/ };

test("integers of two's complement, as CPython's pickle.encode_long writes them", () => {
  const read = (...bytes: number[]) => binaryInteger(new PickleCursor(Uint8Array.from(bytes)), bytes.length);
  assert.equal(read(), 0);
  assert.equal(read(0xff, 0x00), 255);
  assert.equal(read(0x00, 0x80), -32768);
  assert.equal(read(0x80), -128);
  assert.equal(read(0xff), -1);
  assert.equal(read(0, 0, 0, 0, 0, 0, 0x20), 2n ** 53n, 'beyond what a number holds exactly');
  assert.throws(() => read(...new Array(65).fill(1)), malformed);
});

test('numbers of protocol 0', () => {
  assert.deepEqual(['00', '01', '7', '-7', '+7', '12L'].map(textInteger), [false, true, 7, -7, 7, 12]);
  assert.equal(textInteger('18446744073709551616L'), 2n ** 64n);
  for (const text of ['', 'x', '1.5', '0x10', '1'.repeat(65)])
    assert.throws(() => textInteger(text), malformed);
  assert.deepEqual(['1.5', '-2', '.5', '1e-3', 'inf', '-inf'].map(textFloat), [
    1.5,
    -2,
    0.5,
    0.001,
    Infinity,
    -Infinity,
  ]);
  assert.ok(Number.isNaN(textFloat('nan')));
  for (const text of ['', 'Infinity', '0x1', '1_0', 'toString'])
    assert.throws(() => textFloat(text), malformed);
});

test('texts of protocol 0, and UTF-8 that is none', () => {
  assert.equal(quoted(String.raw`'it\'s\n\x41\\'`), "it's\nA\\");
  assert.equal(quoted('"a"'), 'a');
  for (const text of ['', "'", 'a', `'a"`]) assert.throws(() => quoted(text), malformed);
  assert.equal(rawUnicodeEscaped(String.raw`\u00e9\U0001f600\n`), 'é\u{1f600}\\n');
  assert.throws(() => rawUnicodeEscaped(String.raw`\U00110000`), malformed);
  assert.equal(utf8(Buffer.from('\ufeffé')), '\ufeffé', 'a byte order mark is part of the text');
  assert.throws(() => utf8(Uint8Array.of(0xc3, 0x28)), malformed);
});

test('reading beyond the end of a pickle says that it is cut short', () => {
  const cursor = new PickleCursor(Uint8Array.of(1, 0, 0x0a, 2));
  assert.equal(cursor.uint16(), 1);
  assert.equal(cursor.line().length, 0);
  assert.throws(() => cursor.line(), { message: /cut short/ });
  assert.throws(() => cursor.uint32(), { message: /cut short/ });
  assert.throws(() => cursor.take(-1), malformed);
  assert.equal(cursor.uint8(), 2);
});
