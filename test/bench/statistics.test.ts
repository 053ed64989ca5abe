import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratiosOf } from '../../bench/support/ratios.js';
import { spreadOf } from '../../src/bench/statistics.js';

test('the median of an odd and of an even number of values, and the extremes, in any order', () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assert.deepEqual(spreadOf([10, 4, 1, 2]), { median: 3, min: 1, max: 10 });
  assert.deepEqual(spreadOf([5]), { median: 5, min: 5, max: 5 });
});

test('values are compared as numbers and left in their order', () => {
  const values = [10, 9, 100];
  assert.equal(spreadOf(values).median, 10);
  assert.deepEqual(values, [10, 9, 100]);
});

test('no measurement has no median', () => {
  assert.throws(() => spreadOf([]), RangeError);
});

test('ratios are taken round by round', () => {
  assert.deepEqual(ratiosOf([6, 9], [2, 18]), [3, 0.5]);
  assert.throws(() => ratiosOf([1], [1, 2]), RangeError);
});
