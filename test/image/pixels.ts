import assert from 'node:assert/strict';
import type { RgbImage } from '../../src/image/rgb-image.js';

/** Asserts two images equal but for `worst` levels at any value and `mean` on average; exact unless given. */
export function assertPixels(
  actual: RgbImage,
  expected: RgbImage,
  { worst = 0, mean = 0 }: { worst?: number; mean?: number } = {},
): void {
  const size = ({ width, height, data }: RgbImage) => `${width} x ${height}, ${data.length} values`;
  assert.equal(size(actual), size(expected), 'size');
  let largest = 0;
  let total = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const difference = Math.abs(actual.data[i]! - expected.data[i]!);
    total += difference;
    largest = Math.max(largest, difference);
  }
  const average = total / expected.data.length;
  assert.ok(largest <= worst, `a value differs by ${largest} levels, more than ${worst}`);
  assert.ok(average <= mean, `values differ by ${average} levels on average, more than ${mean}`);
}
