import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Kind, requireGiven, requireOptions } from '../../src/util/given.js';

/** For each kind a value of it, and one that is not with what the message calls it. */
const kinds: Record<Kind, readonly [unknown, unknown, string]> = {
  'a string': ['', 5, 'the number 5'],
  'a path or a file: URL': ['a.jpg', undefined, 'undefined'],
  'a number': [0, Number.NaN, 'the number NaN'],
  'a whole number of at least 1': [1, 1.5, 'the number 1.5'],
  'a positive number': [0.1, Number.POSITIVE_INFINITY, 'the number Infinity'],
  'true or false': [false, 0, 'the number 0'],
  'a function': [() => {}, {}, 'an Object'],
  'an AbortSignal': [AbortSignal.abort(), new AbortController(), 'an AbortController'],
  'an object': [[], () => {}, 'a function'],
  'an array of strings': [['a'], ['a', 1], 'an array'],
  'a dataset of openDataset': [
    { samples: [], classes: [] },
    Promise.resolve(),
    'a Promise, which was not awaited; await it first',
  ],
  'a model of Poster.load': [
    { predictBatch() {} },
    Promise.resolve(),
    'a Promise, which was not awaited; await it first',
  ],
  'a face finder of openFaceFinder': [{ find() {} }, null, 'null'],
  'a server of createServer': [{ routing() {} }, undefined, 'undefined'],
  'decoded pixels { width, height, data }': [{ data: [] }, 'a.jpg', 'a string'],
};

for (const [kind, [good, bad, called]] of Object.entries(kinds))
  test(`${kind} is told from ${called}`, () => {
    requireGiven(good, 'it', kind as Kind);
    assert.throws(() => requireGiven(bad, 'it', kind as Kind), {
      code: 'option.invalid',
      message: `Expected it to be ${kind}, got ${called}.`,
    });
  });

test('options are an object, and what is needed is in it', () => {
  const options: { path: string; count?: number } = { path: 'a' };
  assert.equal(requireOptions(options, 'work', { path: 'a string', count: 'a number' }, ['path']), options);
  for (const wrong of [undefined, [], 'a.jpg'])
    assert.throws(() => requireOptions(wrong as unknown as object, 'work'), {
      code: 'option.invalid',
      message: /^Expected the options of work to be an object, got (undefined|an array|a string)\.$/,
    });
  assert.throws(() => requireOptions({} as typeof options, 'work', { path: 'a string' }, ['path']), {
    message: 'Expected path of work to be a string, got undefined.',
  });
});
