import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xoshiro128 } from '../../src/tensor/random.js';
import { randomBelow, randomBeta, randomStream, shuffle } from '../../src/util/random.js';

test('xoshiro128** gives the numbers of its authors’ C program', () => {
  const next = xoshiro128([1, 2, 3, 4]);
  const expected = [
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ];
  assert.deepEqual(
    expected.map(() => next()),
    expected,
  );
});

test('a stream is a function of its names, and every name counts', () => {
  const first = (seed: number, purpose: string, ...indices: number[]) => {
    const random = randomStream(seed, purpose, ...indices);
    return [random(), random(), random()];
  };
  assert.deepEqual(first(1, 'a', 2, 3), first(1, 'a', 2, 3));
  const others = [first(2, 'a', 2, 3), first(1, 'b', 2, 3), first(1, 'a', 3, 3), first(1, 'a', 23)];
  for (const other of others) assert.notDeepEqual(other, first(1, 'a', 2, 3));
});

test('streams are uniform, and the first numbers of neighbouring streams are independent', () => {
  const buckets = new Array<number>(16).fill(0);
  const count = 16_000;
  for (let i = 0; i < count; i++) buckets[randomBelow(randomStream(7, 'uniform', i), 16)]!++;
  const expected = count / 16;
  const chiSquare = buckets.reduce((sum, observed) => sum + (observed - expected) ** 2 / expected, 0);
  assert.ok(chiSquare < 37.7, `chi-square ${chiSquare} is beyond the 0.1 % level of 15 degrees of freedom`);
});

test('shuffling gives every permutation equally often', () => {
  const random = randomStream(3, 'permutations');
  const seen = new Map<string, number>();
  for (let i = 0; i < 6_000; i++) {
    const items = Uint32Array.of(0, 1, 2);
    shuffle(items, random);
    seen.set(items.join(), (seen.get(items.join()) ?? 0) + 1);
  }
  assert.equal(seen.size, 6);
  for (const [permutation, count] of seen)
    assert.ok(Math.abs(count - 1000) < 130, `${permutation}: ${count}`);
});

test('Beta(a, a) has the mean 1/2 and the variance 1 / (8 a + 4)', () => {
  for (const alpha of [0.2, 0.4, 1, 3]) {
    const random = randomStream(5, 'beta', alpha);
    const values = Array.from({ length: 20_000 }, () => randomBeta(random, alpha));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    assert.ok(Math.abs(mean - 0.5) < 0.012, `mean ${mean}`);
    assert.ok(Math.abs(variance * (8 * alpha + 4) - 1) < 0.04, `variance ${variance}`);
    assert.ok(values.every((value) => value >= 0 && value <= 1));
  }
});
