import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toInput } from '../../src/image/preprocess.js';
import { resizeBilinear } from '../../src/image/resize.js';
import { toGrey } from '../../src/image/rgb-image.js';

test("the luma of colours is Pillow's convert('L')", () => {
  const lumas: [color: [number, number, number], luma: number][] = [
    [[0, 0, 0], 0],
    [[255, 255, 255], 255],
    [[255, 0, 0], 76],
    [[0, 255, 0], 150],
    [[0, 0, 255], 29],
    [[255, 255, 0], 226],
    [[0, 255, 255], 179],
    [[255, 0, 255], 105],
    [[128, 64, 32], 79],
  ];
  const data = Uint8Array.from(lumas.flatMap(([color]) => color));
  const { width, height, data: grey } = toGrey({ width: lumas.length, height: 1, data });
  assert.deepEqual([width, height], [lumas.length, 1]);
  assert.deepEqual(
    [...grey],
    lumas.flatMap(([, luma]) => [luma, luma, luma]),
  );
});

test('a grey image is its own luma', () => {
  const data = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
  assert.deepEqual(toGrey({ width: 16, height: 16, data }).data, data);
});

test('what the network is shown is resized first and reduced to grey then', () => {
  const image = { width: 3, height: 1, data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255) };
  const resized = resizeBilinear(image, 2, 2);
  assert.deepEqual(toInput(image, { size: 2, color: 'rgb' }), resized);
  assert.deepEqual(toInput(image, { size: 2, color: 'grey' }), toGrey(resized));
});
