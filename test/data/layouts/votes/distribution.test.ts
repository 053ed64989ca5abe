import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  entropy,
  likeliestClass,
  onlyLikeliestClass,
  toDistribution,
} from '../../../../src/data/layouts/votes/distribution.js';

test('votes, weights and probabilities come to the sum 1', () => {
  const cases: [values: number[], expected: number[] | undefined][] = [
    [
      [3, 1],
      [0.75, 0.25],
    ],
    [
      [0, 1, 0],
      [0, 1, 0],
    ],
    [
      [0.2, 0.2],
      [0.5, 0.5],
    ],
    [[0, 0], undefined],
    [[], undefined],
    [[2, -1], undefined],
    [[1, Number.NaN], undefined],
    [[1, Number.POSITIVE_INFINITY], undefined],
    [[Number.MAX_VALUE, Number.MAX_VALUE], undefined],
  ];
  for (const [values, expected] of cases) assert.deepEqual(toDistribution(values), expected, values.join());
});

const weights = fc
  .array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 12 })
  .filter((values) => values.some((value) => value > 1e-300));

test('a distribution stays as it is, to the bit, and keeps the order of its values', () => {
  fc.assert(
    fc.property(weights, (values) => {
      const distribution = toDistribution(values)!;
      const sum = distribution.reduce((total, share) => total + share, 0);
      assert.ok(Math.abs(sum - 1) < 1e-12, String(sum));
      assert.deepEqual(toDistribution(distribution), distribution);
      assert.deepEqual(toDistribution(distribution.map((share) => Number(String(share)))), distribution);
      for (const [i, share] of distribution.entries())
        for (const [j, other] of distribution.entries())
          if (values[i]! > values[j]!) assert.ok(share >= other);
    }),
  );
});

test('the likeliest class is the first of equals, or the only one', () => {
  assert.equal(likeliestClass([0.2, 0.4, 0.4]), 1);
  assert.equal(onlyLikeliestClass([0.2, 0.4, 0.4]), undefined);
  assert.equal(onlyLikeliestClass([0.2, 0.3, 0.5]), 2);
});

test('the entropy is 0 for one class and ln n for n equal ones', () => {
  assert.equal(entropy([0, 1, 0]), 0);
  assert.ok(Math.abs(entropy([0.25, 0.25, 0.25, 0.25]) - Math.log(4)) < 1e-15);
  assert.ok(Math.abs(entropy([0.75, 0.25]) - 0.5623351446188083) < 1e-15);
});
