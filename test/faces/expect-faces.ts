import assert from 'node:assert/strict';
import { eyeDistance, type FivePoints } from '../../src/faces/align/five-points.js';
import type { Face } from '../../src/faces/find-faces.js';
import { boundingBox, distance, overlap } from '../../src/faces/geometry.js';

/**
 * Asserts that the faces found are these and no others.
 *
 * @param tolerance the mean error of the five points, in distances of the eyes
 * @returns the mean error over all faces
 */
export function expectFaces(
  found: readonly Face[],
  expected: readonly FivePoints[],
  tolerance: number,
): number {
  assert.equal(found.length, expected.length, `found ${found.length} of ${expected.length} faces`);
  const errors = expected.map((points, i) => {
    const nearest = found.reduce((a, b) =>
      landmarkError(a.points, points) < landmarkError(b.points, points) ? a : b,
    );
    const error = landmarkError(nearest.points, points);
    assert.ok(error <= tolerance, `face ${i}: landmarks are ${error.toFixed(3)} eye distances off`);
    assert.ok(
      overlap(nearest.box, boundingBox(points)) > 0.95,
      `face ${i}: the box does not hold the points`,
    );
    return error;
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** The mean distance of the five points, in distances of the eyes. */
export function landmarkError(found: FivePoints, expected: FivePoints): number {
  const sum = found.reduce((total, point, i) => total + distance(point, expected[i]!), 0);
  return sum / 5 / eyeDistance(expected);
}
