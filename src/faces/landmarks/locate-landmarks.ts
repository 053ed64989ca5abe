/** From rough landmarks to exact ones. Browser-safe. */
import type { RgbImage } from '../../image/rgb-image.js';
import { alignFace } from '../align/align.js';
import { type FivePoints, fivePointsOf } from '../align/five-points.js';
import { applySimilarity, invertSimilarity } from '../align/similarity.js';
import type { Point } from '../geometry.js';
import type { LandmarkModel } from './landmark-model.js';

export interface FaceLandmarks {
  /** 68 points in the photo. */
  readonly landmarks: readonly Point[];
  readonly points: FivePoints;
  readonly presence: number;
}

/** Faces looked at together: enough to occupy the cores, few enough to bound memory. */
const largestBatch = 16;

/**
 * Looks at each face `rounds` times, aligned anew by what the last look found: the second look corrects what a
 * detector's rough points got wrong, above all of turned faces. Presence is the least of all looks, because what
 * is no face may pass for one by chance, but hardly twice.
 *
 * @param faces the five points of each face in the photo, however rough; at most 110 degrees from upright
 */
export async function locateLandmarks(
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
