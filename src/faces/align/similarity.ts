/** Similarity transforms of the plane: rotation, uniform scale and translation. Browser-safe. */
import { centroid, type Point } from '../geometry.js';

/** x' = a x - b y + dx, y' = b x + a y + dy; the scale is hypot(a, b), the angle atan2(b, a). */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly dx: number;
  readonly dy: number;
}

/**
 * The similarity that takes `from` to `to` with the least sum of squared distances. Reflections do not occur.
 * Reference: S. Umeyama, Least-squares estimation of transformation parameters between two point patterns,
 * IEEE TPAMI 13(4), 1991; in the plane the solution needs no singular value decomposition.
 *
 * @param from as many points as `to`, not all of them the same
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const source = centroid(from);
  const target = centroid(to);
  let dot = 0;
  let cross = 0;
  let spread = 0;
  from.forEach((point, i) => {
    const [x, y] = [point.x - source.x, point.y - source.y];
    const [u, v] = [to[i]!.x - target.x, to[i]!.y - target.y];
    dot += x * u + y * v;
    cross += x * v - y * u;
    spread += x * x + y * y;
  });
  const [a, b] = spread > 0 ? [dot / spread, cross / spread] : [1, 0];
  return { a, b, dx: target.x - a * source.x + b * source.y, dy: target.y - b * source.x - a * source.y };
}

export function applySimilarity({ a, b, dx, dy }: Similarity, { x, y }: Point): Point {
  return { x: a * x - b * y + dx, y: b * x + a * y + dy };
}

export function invertSimilarity({ a, b, dx, dy }: Similarity): Similarity {
  const square = a * a + b * b;
  const [c, d] = [a / square, -b / square];
  return { a: c, b: d, dx: -c * dx + d * dy, dy: -d * dx - c * dy };
}

export function scaleOf({ a, b }: Similarity): number {
  return Math.hypot(a, b);
}
