import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCorruptions, parsePerturbations, parseSeverities } from '../../src/evaluate/altered-names.js';
import { corruptionNames } from '../../src/evaluate/corruptions/raf-db-c.js';
import { perturbationNames } from '../../src/evaluate/perturbations/raf-db-p.js';

test('names and severities that are none are refused, with those that are', () => {
  assert.deepEqual(parseCorruptions('RAF-DB-C'), corruptionNames);
  assert.deepEqual(parseCorruptions('jpeg, spatter,jpeg'), ['jpeg', 'spatter']);
  assert.throws(() => parseCorruptions('jpeg,snow'), {
    code: 'option.invalid',
    message: /zoom-blur.*got "snow"/,
  });
  assert.deepEqual(parseSeverities('2-4'), [2, 3, 4]);
  assert.deepEqual(parseSeverities('5,1'), [1, 5]);
  for (const text of ['0', '6', '1-6', '', '4-2', 'x'])
    assert.throws(() => parseSeverities(text), { code: 'option.invalid', message: /from 1 to 5/ });
});

test('perturbations that are none are refused with those that are', () => {
  assert.deepEqual(parsePerturbations('raf-db-p'), perturbationNames);
  assert.equal(perturbationNames.length, 10);
  assert.deepEqual(parsePerturbations('rotate, scale'), ['rotate', 'scale']);
  assert.throws(() => parsePerturbations('snow'), { code: 'option.invalid', message: /got "snow"/ });
});
