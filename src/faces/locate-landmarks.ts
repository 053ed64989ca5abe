/** From rough landmarks to exact ones. Browser-safe. */
import type { RgbImage } from '../image/rgb-image.js';
import { alignFace } from './align.js';
import { type FivePoints, fivePointsOf, mapPoints } from './five-points.js';
import { centroid, type Point } from './geometry.js';
import type { LandmarkModel } from './landmark-model.js';
import { applySimilarity, invertSimilarity } from './similarity.js';

export interface FaceLandmarks {
  /** 68 points in the photo. */
  readonly landmarks: readonly Point[];
  readonly points: FivePoints;
  readonly presence: number;
}

/** Faces looked at together: enough to occupy the cores, few enough to bound memory. */
const largestBatch = 16;

/** Below this presence a face is looked at the other way up, too. */
const doubtful = 0.9;

/**
 * Exact landmarks of faces, also of those whose rough points are upside down, as detectors' are when faces are.
 *
 * @param faces the five points of each face in the photo, however rough
 */
export async function locateLandmarks(
  photo: RgbImage,
  faces: readonly FivePoints[],
  model: LandmarkModel,
): Promise<FaceLandmarks[]> {
  const located = await refineLandmarks(photo, faces, model);
  const doubted = located.flatMap(({ presence }, i) => (presence < doubtful ? [i] : []));
  const turned = await refineLandmarks(
    photo,
    doubted.map((i) => turnOver(faces[i]!)),
    model,
  );
  doubted.forEach((face, i) => {
    if (turned[i]!.presence > located[face]!.presence) located[face] = turned[i]!;
  });
  return located;
}

/** The points of the same face the other way up. */
function turnOver(points: FivePoints): FivePoints {
  const { x, y } = centroid(points);
  return mapPoints(points, (point) => ({ x: 2 * x - point.x, y: 2 * y - point.y }));
}

/**
 * Looks at each face `rounds` times, aligned anew by what the last look found: the second look corrects what a
 * detector's rough points got wrong, above all of turned faces. Presence is the least of all looks, because what
 * is no face may pass for one by chance, but hardly twice.
 */
export async function refineLandmarks(
  photo: RgbImage,
  faces: readonly FivePoints[],
  model: LandmarkModel,
  rounds = 2,
): Promise<FaceLandmarks[]> {
  const results: FaceLandmarks[] = [];
  for (let start = 0; start < faces.length; start += largestBatch) {
    let found = await lookAt(photo, faces.slice(start, start + largestBatch), model);
    for (let round = 1; round < rounds; round++) {
      const points = found.map((face) => face.points);
      const again = await lookAt(photo, points, model);
      found = again.map((face, i) => ({ ...face, presence: Math.min(face.presence, found[i]!.presence) }));
    }
    results.push(...found);
  }
  return results;
}

async function lookAt(photo: RgbImage, faces: readonly FivePoints[], model: LandmarkModel) {
  const aligned = faces.map((points) => alignFace(photo, points, { template: model.template }));
  const located = await model.locate(aligned.map(({ crop }) => crop));
  return located.map(({ points, presence }, i): FaceLandmarks => {
    const toPhoto = invertSimilarity(aligned[i]!.transform);
    const landmarks = points.map((point) => applySimilarity(toPhoto, point));
    return { landmarks, points: fivePointsOf(landmarks), presence };
  });
}
