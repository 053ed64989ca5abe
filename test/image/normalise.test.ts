import assert from 'node:assert/strict';
import { test } from 'node:test';
import { denormalise, normalise } from '../../src/image/normalise.js';
import { assertClose } from '../support/close.js';

test('levels become ImageNet numbers in planes, as torchvision has them, and come back', () => {
  const data = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
  const values = new Float32Array(2 * 3 * 256);
  normalise({ width: 16, height: 16, data }, values, 3 * 256);
  // torchvision: Normalize(mean, std)(ToTensor(0 and 255))
  const at = (channel: number, level: number) => values[3 * 256 + channel * 256 + level]!;
  const found = [0, 1, 2].flatMap((channel) => [at(channel, 0), at(channel, 255)]);
  const expected = [-2.117904, 2.2489083, -2.0357144, 2.4285715, -1.8044444, 2.64];
  assertClose(found, expected, { rtol: 0, atol: 1e-6 });
  assert.deepEqual(denormalise(values, 16, 1), { width: 16, height: 16, data });
  assert.throws(() => normalise({ width: 16, height: 16, data }, values, 3 * 256 + 1), RangeError);
});
