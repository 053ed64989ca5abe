import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  applySimilarity,
  fitSimilarity,
  invertSimilarity,
  type Similarity,
  scaleOf,
} from '../../../src/faces/align/similarity.js';
import { distance, type Point } from '../../../src/faces/geometry.js';
import { assertClose } from '../../support/close.js';

const points: Point[] = [
  { x: 3, y: 4 },
  { x: 30, y: 7 },
  { x: 15, y: 22 },
  { x: -8, y: 40 },
];

const flat = (found: readonly Point[]) => found.flatMap(({ x, y }) => [x, y]);

describe('similarity transforms', () => {
  for (const degrees of [0, 35, 90, 180, 275]) {
    it(`recovers a turn by ${degrees} degrees, a scale and a shift`, () => {
      const angle = (degrees * Math.PI) / 180;
      const truth = { a: 2.5 * Math.cos(angle), b: 2.5 * Math.sin(angle), dx: -12, dy: 90 };
      const moved = points.map((point) => applySimilarity(truth, point));
      const fitted = fitSimilarity(points, moved);
      assertClose(Object.values(fitted), Object.values(truth), { atol: 1e-9 });
      assertClose([scaleOf(fitted)], [2.5]);
      assertClose(
        flat(moved.map((point) => applySimilarity(invertSimilarity(fitted), point))),
        flat(points),
        {
          atol: 1e-9,
        },
      );
    });
  }

  it('has the least squared error among its neighbours when points do not match', () => {
    const target = points.map(({ x, y }, i) => ({
      x: 2 * x + [3, -2, 1, 0][i]!,
      y: 1.5 * y + [0, 2, -3, 1][i]!,
    }));
    const error = (transform: Similarity) =>
      points.reduce((sum, point, i) => sum + distance(applySimilarity(transform, point), target[i]!) ** 2, 0);
    const best = fitSimilarity(points, target);
    for (const key of ['a', 'b', 'dx', 'dy'] as const) {
      for (const step of [-0.01, 0.01]) assert.ok(error({ ...best, [key]: best[key] + step }) > error(best));
    }
  });

  it('never mirrors', () => {
    const mirrored = points.map(({ x, y }) => ({ x: -x, y }));
    const { a, b } = fitSimilarity(points, mirrored);
    assert.ok(a * a + b * b > 0);
    const fitted = points.map((point) => applySimilarity(fitSimilarity(points, mirrored), point));
    assert.ok(fitted.some((point, i) => distance(point, mirrored[i]!) > 1));
  });

  it('is a mere shift for points that coincide', () => {
    const same = [
      { x: 1, y: 1 },
      { x: 1, y: 1 },
    ];
    const there = same.map(() => ({ x: 5, y: 7 }));
    assert.deepEqual(fitSimilarity(same, there), { a: 1, b: 0, dx: 4, dy: 6 });
  });
});
