import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalise } from '../../src/image/normalise.js';
import { flipHorizontally } from '../../src/image/rgb-image.js';

test('flipping exchanges left and right and keeps the channels', () => {
  const image = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i) };
  const flipped = flipHorizontally(image);
  assert.deepEqual([...flipped.data], [6, 7, 8, 3, 4, 5, 0, 1, 2, 15, 16, 17, 12, 13, 14, 9, 10, 11]);
  assert.deepEqual(flipHorizontally(flipped), image);
});

test('normalising refuses an array too short for the image', () => {
  const image = { width: 2, height: 2, data: new Uint8Array(12) };
  assert.throws(() => normalise(image, new Float32Array(12), 1), /needs 1 \+ 12 values|needs/);
});
