import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { alignFace } from '../../../src/faces/align/align.js';
import { type FivePoints, mapPoints } from '../../../src/faces/align/five-points.js';
import { applySimilarity, invertSimilarity, type Similarity } from '../../../src/faces/align/similarity.js';
import { templatePixels, templates } from '../../../src/faces/align/template.js';
import { warp } from '../../../src/faces/align/warp.js';
import type { Point } from '../../../src/faces/geometry.js';
import type { RgbImage } from '../../../src/image/rgb-image.js';
import { assertClose } from '../../support/close.js';

function paint(width: number, height: number, colour: (x: number, y: number) => readonly number[]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set(colour(i % width, Math.floor(i / width)), i * 3);
  return { width, height, data };
}

const identity: Similarity = { a: 1, b: 0, dx: 0, dy: 0 };

describe('warping', () => {
  const noise = paint(20, 20, (x, y) => [(x * 37 + y * 11) % 256, (x * y * 7) % 256, (x * 5 + y * 91) % 256]);

  it('copies pixels exactly when nothing moves, and when the image turns by right angles', () => {
    assert.deepEqual(warp(noise, identity, 20), noise);
    const turned = warp(noise, { a: 0, b: 1, dx: 20, dy: 0 }, 20);
    const expected = paint(20, 20, (x, y) => {
      const from = ((19 - x) * 20 + y) * 3;
      return [...noise.data.subarray(from, from + 3)];
    });
    assert.deepEqual(turned, expected);
  });

  it('interpolates between pixels', () => {
    const ramp = paint(8, 4, (x) => [x * 30, 0, 255]);
    const { data } = warp(ramp, { ...identity, dx: -0.5 }, 4);
    assert.deepEqual([...data.subarray(0, 6)], [15, 0, 255, 45, 0, 255]);
  });

  it('repeats the border beyond the image', () => {
    const { data } = warp(noise, { ...identity, dx: 5, dy: 3 }, 20);
    assert.deepEqual(data.subarray(0, 3), noise.data.subarray(0, 3));
  });

  it('averages what a pixel covers when the image shrinks', () => {
    const stripes = paint(400, 400, (x) => (x % 2 ? [255, 255, 255] : [0, 0, 0]));
    const { data } = warp(stripes, { a: 0.1, b: 0, dx: 0, dy: 0 }, 40);
    assert.ok(
      data.every((value) => Math.abs(value - 127.5) <= 0.5),
      'stripes finer than a pixel are grey',
    );
  });
});

describe('alignment', () => {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 0],
    [0, 255, 255],
  ] as const;

  /** A scene with a coloured disc at each of five points. */
  function dots(points: FivePoints, radius: number): RgbImage {
    return paint(300, 260, (x, y) => {
      const i = points.findIndex((point) => Math.hypot(x + 0.5 - point.x, y + 0.5 - point.y) < radius);
      return colours[i] ?? [40, 40, 40];
    });
  }

  /** The middle of what is coloured like that. */
  function find({ width, data }: RgbImage, [red, green, blue]: readonly [number, number, number]): Point {
    let [x, y, count] = [0, 0, 0];
    for (let i = 0; i < data.length; i += 3) {
      const off = Math.abs(data[i]! - red) + Math.abs(data[i + 1]! - green) + Math.abs(data[i + 2]! - blue);
      if (off > 120) continue;
      x += ((i / 3) % width) + 0.5;
      y += Math.floor(i / 3 / width) + 0.5;
      count++;
    }
    return { x: x / count, y: y / count };
  }

  for (const [degrees, scale] of [
    [0, 1],
    [25, 1.4],
    [-70, 0.6],
    [160, 2],
  ] as const) {
    it(`brings the five points to the template from ${degrees} degrees at scale ${scale}`, () => {
      const angle = (degrees * Math.PI) / 180;
      const [a, b] = [scale * Math.cos(angle), scale * Math.sin(angle)];
      const size = 112;
      const target = templatePixels(templates['raf-db'], size);
      const toScene = { a, b, dx: 150 - 56 * (a - b), dy: 130 - 56 * (a + b) };
      const points = mapPoints(target, (point) => applySimilarity(toScene, point));
      const { crop, transform } = alignFace(dots(points, 5 * scale), points, { size });
      assertClose(Object.values(transform), Object.values(invertSimilarity(toScene)), { atol: 1e-6 });
      colours.forEach((colour, i) => {
        const { x, y } = find(crop, colour);
        assertClose([x, y], [target[i]!.x, target[i]!.y], { rtol: 0, atol: 0.5 }, `point ${i}`);
      });
    });
  }

  it('knows templates whose points stand as in a face', () => {
    for (const { points } of Object.values(templates)) {
      const [leftEye, rightEye, nose, leftMouth, rightMouth] = points;
      assert.ok(leftEye.x < nose.x && nose.x < rightEye.x && leftMouth.x < rightMouth.x);
      assert.ok(leftEye.y < nose.y && nose.y < leftMouth.y);
      assert.ok(points.every(({ x, y }) => x > 0 && x < 1 && y > 0 && y < 1));
    }
  });
});
