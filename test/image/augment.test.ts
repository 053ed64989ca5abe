import assert from 'node:assert/strict';
import { test } from 'node:test';
import { erase, flipHorizontally } from '../../src/image/augment.js';
import { normalise } from '../../src/image/normalise.js';

test('flipping exchanges left and right and keeps the channels', () => {
  const image = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i) };
  const flipped = flipHorizontally(image);
  assert.deepEqual([...flipped.data], [6, 7, 8, 3, 4, 5, 0, 1, 2, 15, 16, 17, 12, 13, 14, 9, 10, 11]);
  assert.deepEqual(flipHorizontally(flipped), image);
});

test('erasing zeroes the rectangle in all three planes of one image and nothing else', () => {
  const size = 4;
  const values = new Float32Array(2 * 3 * size * size).fill(1);
  erase(values, 3 * size * size, size, { top: 1, left: 2, height: 2, width: 1 });
  const zeros = [...values.entries()].filter(([, value]) => value === 0).map(([index]) => index - 48);
  assert.deepEqual(zeros, [6, 10, 22, 26, 38, 42]);
});

test('what a rectangle has outside the image is ignored', () => {
  const erased = (top: number, left: number, height: number, width: number) => {
    const values = new Float32Array(12).fill(1);
    erase(values, 0, 2, { top, left, height, width });
    return [...values.subarray(0, 4)];
  };
  assert.deepEqual(erased(1, 1, 9, 9), [1, 1, 1, 0]);
  assert.deepEqual(erased(-1, -1, 2, 2), [0, 1, 1, 1]);
  assert.deepEqual(erased(0, 2, 1, 1), [1, 1, 1, 1]);
  assert.deepEqual(erased(5, 0, 1, 1), [1, 1, 1, 1]);
});

test('normalising refuses an array too short for the image', () => {
  const image = { width: 2, height: 2, data: new Uint8Array(12) };
  assert.throws(() => normalise(image, new Float32Array(12), 1), /needs 1 \+ 12 values|needs/);
});
