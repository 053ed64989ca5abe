import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readNpyScalar } from '../../../src/data/layouts/npy.js';
import { fixture } from '../../support/fixtures.js';

const read = (name: string) => readNpyScalar(readFileSync(fixture(`data/npy/${name}`)));

test('single values are read in every form NumPy stores them', () => {
  assert.deepEqual(
    ['text', 'text-10', 'bytes', 'int64', 'uint8', 'float32', 'big-endian', 'one-element', 'version-2'].map(
      (name) => read(`${name}.npy`),
    ),
    ['3', '10', '7', 5, 2, 6, 4, '1', '8'],
  );
});

test('anything else is refused, pickles and damaged files included', () => {
  const bad = readdirSync(fixture('data/npy')).filter((name) => name.startsWith('bad-'));
  assert.equal(bad.length, 9);
  for (const name of bad) assert.equal(read(name), undefined, name);
});
