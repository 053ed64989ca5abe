import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pyramid, shrinkToFit } from '../../../src/faces/detect/pyramid.js';
import { suppress } from '../../../src/faces/detect/suppress.js';
import { boundingBox, clipBox, overlap } from '../../../src/faces/geometry.js';
import { paddedTensor } from '../../../src/faces/image-tensor.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import { assertClose } from '../../support/close.js';

function grey(width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3).fill(128) };
}

describe('sizes a detector looks at', () => {
  it('range from the smallest face wanted to the largest, by halves', () => {
    const levels = pyramid(grey(1200, 800), {
      minSize: 30,
      smallestFace: 24,
      coarsest: 192,
      smallestSide: 32,
    });
    assert.deepEqual(
      levels.map(({ image }) => [image.width, image.height]),
      [
        [960, 640],
        [480, 320],
        [240, 160],
        [120, 80],
      ],
    );
    const last = levels.at(-1)!;
    assertClose([last.scaleX, last.scaleY], [0.1, 0.1]);
  });

  it('stay affordable for huge photos and small faces', () => {
    const [finest] = pyramid(grey(6000, 4000), {
      minSize: 8,
      smallestFace: 24,
      coarsest: 192,
      smallestSide: 32,
    });
    assert.ok(finest!.image.width * finest!.image.height <= 2_510_000);
    const [enlarged] = pyramid(grey(300, 300), {
      minSize: 8,
      smallestFace: 24,
      coarsest: 192,
      smallestSide: 32,
    });
    assert.equal(enlarged!.image.width, 600);
  });

  it('are at least the coarsest, also for tiny and narrow images', () => {
    for (const [width, height] of [
      [40, 40],
      [1, 1],
      [2000, 1],
      [1, 200],
      [5, 1000],
      [1, 20_000],
    ] as const) {
      const levels = pyramid(grey(width, height), {
        minSize: 24,
        smallestFace: 24,
        coarsest: 192,
        smallestSide: 32,
      });
      assert.ok(levels.every(({ image }) => image.width >= 1 && image.height >= 1));
      assert.ok(levels.length <= 8);
      assert.ok(Math.max(levels.at(-1)!.image.width, levels.at(-1)!.image.height) <= 192);
    }
  });

  it('are halved by scale: a side of one pixel stays, the other goes on', () => {
    const levels = pyramid(grey(1, 3000), {
      minSize: 60,
      smallestFace: 24,
      coarsest: 192,
      smallestSide: 256,
    });
    assert.deepEqual(
      levels.map(({ image, scaleX, scaleY }) => [image.width, image.height, scaleX, scaleY]),
      [
        [1, 1200, 1, 0.4],
        [1, 600, 1, 0.2],
        [1, 300, 1, 0.1],
        [1, 150, 1, 0.05],
      ],
    );
  });

  it('count the padding of narrow photos', () => {
    const [finest] = pyramid(grey(2, 20_000), {
      minSize: 8,
      smallestFace: 24,
      coarsest: 192,
      smallestSide: 256,
    });
    assert.equal(finest!.image.height, 9766); // 2.5 million pixels with a width of 256
  });

  it('fit a fixed input', () => {
    const { image, scaleX } = shrinkToFit(grey(1000, 500), 640, 640);
    assert.deepEqual([image.width, image.height, scaleX], [640, 320, 0.64]);
    assert.equal(shrinkToFit(grey(100, 100), 640, 640).image.width, 200);
  });

  it('go into the tensor at the top left, black beyond', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(255, 0, 51, 0, 255, 51) };
    const { values, shape } = paddedTensor([image], 3, 2, { scale: 1 / 127.5, offset: -1 });
    assert.deepEqual(shape, [1, 3, 2, 3]);
    const rows = [
      [1, -1, -1, -1, -1, -1],
      [-1, 1, -1, -1, -1, -1],
      [-0.6, -0.6, -1, -1, -1, -1],
    ];
    assertClose(values, rows.flat());
  });
});

describe('suppression', () => {
  const at = (x: number, size: number, score: number) => ({
    box: { x, y: 0, width: size, height: size },
    score,
  });

  it('keeps the best of what overlaps, and what barely does', () => {
    const kept = suppress([at(0, 10, 0.6), at(1, 10, 0.9), at(7, 10, 0.7), at(30, 10, 0.5)]);
    assert.deepEqual(
      kept.map(({ score }) => score),
      [0.9, 0.7, 0.5],
    );
  });

  it('drops parts of a face within it', () => {
    assert.equal(suppress([at(0, 40, 0.9), at(5, 8, 0.8)]).length, 1);
    assert.deepEqual(suppress([]), []);
  });
});

describe('boxes', () => {
  it('share an area relative to the smaller one, and are clipped to the photo', () => {
    const box = { x: 0, y: 0, width: 10, height: 10 };
    assert.equal(overlap(box, { x: 5, y: 0, width: 20, height: 10 }), 0.5);
    assert.equal(overlap(box, { x: 10, y: 0, width: 5, height: 5 }), 0);
    assert.deepEqual(clipBox({ x: -5, y: 5, width: 20, height: 20 }, 12, 20), {
      x: 0,
      y: 5,
      width: 12,
      height: 15,
    });
    assert.deepEqual(clipBox({ x: 30, y: 5, width: 20, height: 20 }, 12, 20), {
      x: 12,
      y: 5,
      width: 0,
      height: 15,
    });
    const corners = [
      { x: 3, y: 9 },
      { x: -1, y: 4 },
    ];
    assert.deepEqual(boundingBox(corners), { x: -1, y: 4, width: 4, height: 5 });
  });
});
