import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { decodeImage } from '../../src/image/decode/decode.js';
import { preprocess } from '../../src/image/preprocess.js';
import { resizeBilinear } from '../../src/image/resize.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { assertPixels } from './pixels.js';

interface Expected {
  size: [number, number];
  first: number[][];
  mean: number[];
  l2: number;
}

const reference: { images: Record<string, Expected> } = JSON.parse(
  await readFile(fixture('images/expected.json'), 'utf8'),
);

for (const [name, expected] of Object.entries(reference.images)) {
  const lossy = /\.(jpg|webp)$/.test(name);

  test(`${name} resized equals torchvision's`, async () => {
    const image = await decodeImage(fixture(`images/${name}`));
    assert.deepEqual([image.width, image.height], expected.size);
    const resized = await decodeImage(fixture(`images/resized/${name.replace('.', '-')}.png`));
    assertPixels(resizeBilinear(image, 224, 224), resized, lossy ? { worst: 2, mean: 0.3 } : {});
  });

  test(`${name} normalised equals torchvision's`, async () => {
    const values = new Float32Array(7 + 3 * 224 * 224);
    const image = await decodeImage(fixture(`images/${name}`));
    preprocess(image, { size: 224, color: 'rgb' }, values, 7);
    assert.deepEqual([...values.subarray(0, 7)], [0, 0, 0, 0, 0, 0, 0], 'what precedes the offset');
    const planes = [0, 1, 2].map((c) => values.subarray(7 + c * 224 * 224, 7 + (c + 1) * 224 * 224));
    const levels = lossy ? 2 / 255 / 0.224 : 0;
    for (const [channel, plane] of planes.entries()) {
      assertClose(plane.subarray(0, 3), expected.first[channel]!, { rtol: 0, atol: levels + 1e-12 }, 'first');
      const mean = plane.reduce((sum, value) => sum + value, 0) / plane.length;
      assertClose([mean], [expected.mean[channel]!], { atol: levels * 0.15 + 1e-5 }, 'mean');
    }
    const l2 = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    assertClose([l2], [expected.l2], { rtol: lossy ? 1e-3 : 1e-6 }, 'l2');
  });
}

for (const file of await readdir(fixture('images/resampled'))) {
  if (!file.endsWith('.from.png')) continue;
  const name = file.replace('.from.png', '');
  test(`random pixels, ${name}, equal Pillow's bit for bit`, async () => {
    const from = await decodeImage(fixture(`images/resampled/${file}`));
    const to = await decodeImage(fixture(`images/resampled/${name}.to.png`));
    assertPixels(resizeBilinear(from, to.width, to.height), to);
  });
}

test('an image of the size asked for is returned as it is', () => {
  const image = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  assert.equal(resizeBilinear(image, 2, 1), image);
});

test('extreme levels stay within 8 bits at every size', () => {
  for (const [from, to] of [
    [1, 224],
    [3, 7],
    [1000, 3],
    [224, 223],
    [7, 1],
  ] as const) {
    const white = { width: from, height: from, data: new Uint8Array(from * from * 3).fill(255) };
    assert.ok(
      resizeBilinear(white, to, to).data.every((level) => level === 255),
      `${from} to ${to}`,
    );
  }
});
