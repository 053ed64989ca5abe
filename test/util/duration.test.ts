import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeDuration } from '../../src/util/duration.js';

test('durations are in two units', () => {
  const words = [0, 45, 200, 7_500, 270_000, 3_600, Number.NaN].map(describeDuration);
  assert.deepEqual(words, ['0 s', '45 s', '3 min 20 s', '2 h 5 min', '3 d 3 h', '1 h', '?']);
});
