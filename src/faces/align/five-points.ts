/** The landmarks by which faces are aligned. Browser-safe. */
import { type Box, centroid, distance, type Point } from '../geometry.js';

/** Centres of the two eyes, tip of the nose, corners of the mouth; what is left in the image comes first. */
export type FivePoints = readonly [
  leftEye: Point,
  rightEye: Point,
  nose: Point,
  leftMouth: Point,
  rightMouth: Point,
];

/** Points of the 68-point scheme (300-W, i-bug). */
export const landmarkCount = 68;

/** The five points among 68: the eyes are the means of their six points. */
export function fivePointsOf(landmarks: readonly Point[]): FivePoints {
  return [
    centroid(landmarks.slice(36, 42)),
    centroid(landmarks.slice(42, 48)),
    landmarks[30]!,
    landmarks[48]!,
    landmarks[54]!,
  ];
}

export function mapPoints(points: FivePoints, map: (point: Point) => Point): FivePoints {
  return points.map(map) as unknown as FivePoints;
}

/** The distance of the eyes, the usual unit of landmark errors. */
export function eyeDistance([leftEye, rightEye]: FivePoints): number {
  return distance(leftEye, rightEye);
}

/** Roughly where an upright face has its points, from its box alone, which reaches from the brows to the chin. */
export function pointsFromBox({ x, y, width, height }: Box): FivePoints {
  const at = (across: number, down: number): Point => ({ x: x + across * width, y: y + down * height });
  return [at(0.3, 0.38), at(0.7, 0.38), at(0.5, 0.58), at(0.34, 0.78), at(0.66, 0.78)];
}
