/** Rough landmarks from a detector that finds no more than boxes. Browser-safe. */

import type { Box, Point } from '../geometry.js';
import type { FivePoints } from './five-points.js';

/** An upright face's points in its box, as {@link DetectedFace.box} is meant: from the brows to the chin. */
export function pointsFromBox({ x, y, width, height }: Box): FivePoints {
  const at = (across: number, down: number): Point => ({ x: x + across * width, y: y + down * height });
  return [at(0.3, 0.38), at(0.7, 0.38), at(0.5, 0.58), at(0.34, 0.78), at(0.66, 0.78)];
}
