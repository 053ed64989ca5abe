/**
 * Faces in photos: found, measured by five points, and cut out aligned.
 * Here: every face of a photo, aligned. Browser-safe.
 */
import { PosterError, throwIfAborted } from '../errors.js';
import { checkCropSize } from '../image/alignment.js';
import { type RgbImage, sizedInJson } from '../image/rgb-image.js';
import { describeGiven } from '../util/given.js';
import { type AlignOptions, alignFace } from './align/align.js';
import { eyeDistance, type FivePoints, pointsFromBox } from './align/five-points.js';
import type { Similarity } from './align/similarity.js';
import { type Template, templates } from './align/template.js';
import type { DetectedFace, FaceDetector } from './detect/detector.js';
import { suppress } from './detect/suppress.js';
import { area, type Box, boundingBox, clipBox, distance, type Point } from './geometry.js';
import type { LandmarkModel } from './landmarks/landmark-model.js';
import { type FaceLandmarks, locateLandmarks } from './landmarks/locate-landmarks.js';

export interface FaceModels {
  readonly detector: FaceDetector;
  /** Places landmarks and drops what is no face; without it the detector's own points serve. */
  readonly landmarks?: LandmarkModel | undefined;
  /** Places them again, where it agrees with the first: a checkpoint's own landmark branch. */
  readonly refiner?: LandmarkModel | undefined;
}

/** Which faces of a photo are wanted, and how they are cut out. */
export interface FindFacesOptions extends AlignOptions {
  /**
   * The side of the smallest face box, in pixels. Default: 2 % of the photo's longer side, at least 24. Below that
   * an expression can hardly be told, and looking takes longer.
   */
  readonly minSize?: number;
  /** Only the largest so many. Default: all. */
  readonly maxFaces?: number;
  /** Faces with a lower score are left out; 0 to 1. Default: 0.6. */
  readonly minScore?: number;
  readonly signal?: AbortSignal;
}

/** A face of a photo; coordinates are in pixels of the photo. */
export interface Face {
  /** Around the landmarks, from the brows to the chin, as far as it lies in the photo. */
  readonly box: Box;
  /** How sure it is that this is a face, 0 to 1. */
  readonly score: number;
  readonly points: FivePoints;
  /** 68 landmarks; absent when no landmark model looked. */
  readonly landmarks?: readonly Point[];
  /** The aligned crop; `JSON.stringify` leaves its pixels out. */
  readonly crop: RgbImage;
  /** From the photo to the crop. */
  readonly transform: Similarity;
}

/** The faces of a photo, the largest first, and its size when upright; coordinates are in pixels of it. */
export interface FoundFaces<F extends Face = Face> {
  readonly width: number;
  readonly height: number;
  readonly faces: readonly F[];
}

/**
 * The faces of a photo, the largest first. None is an empty list, no error. Faces turned by more than about 110
 * degrees are missed or misread.
 *
 * @param photo upright: decoded with its EXIF orientation
 * @throws PosterError `option.invalid` for an option out of range
 */
export async function findFaces(
  photo: RgbImage,
  models: FaceModels,
  options: FindFacesOptions = {},
): Promise<Face[]> {
  const { maxFaces, minScore, minSize = smallestWorthwhile(photo) } = checkOptions(options);
  throwIfAborted(options.signal);
  const detected = await models.detector.detect(photo, { minSize });
  throwIfAborted(options.signal);
  const located = await locate(photo, detected, models);
  throwIfAborted(options.signal);
  const faces = suppress(located)
    .map((face) => ({ ...face, box: clipBox(face.box, photo.width, photo.height) }))
    .filter(
      ({ box, score }) => score >= minScore && Math.max(box.width, box.height) >= (options.minSize ?? 0),
    );
  return faces
    .sort((a, b) => area(b.box) - area(a.box))
    .slice(0, maxFaces)
    .map((face) => {
      const { crop, transform } = alignFace(photo, face.points, options);
      return { ...face, crop: sizedInJson(crop), transform };
    });
}

/** Faces that a thread has sent, whose crops are pixels alone. */
export function receivedFaces(faces: readonly Face[]): Face[] {
  return faces.map((face) => ({ ...face, crop: sizedInJson(face.crop) }));
}

function smallestWorthwhile({ width, height }: RgbImage): number {
  return Math.max(24, 0.02 * Math.max(width, height));
}

function checkOptions({ minSize, maxFaces = Infinity, minScore = 0.6, size, template }: FindFacesOptions) {
  if (template !== undefined) requireTemplate(template);
  const expect = (
    name: string,
    value: number | undefined,
    range: string,
    valid: (value: number) => boolean,
  ) => {
    if (value === undefined || valid(value)) return;
    throw new PosterError('option.invalid', `Expected ${name} ${range}, got ${value}.`);
  };
  expect('minSize', minSize, 'of at least 8 pixels', (value) => value >= 8);
  expect('maxFaces', maxFaces, 'of at least 1', (value) => value >= 1);
  expect('minScore', minScore, 'between 0 and 1', (value) => value >= 0 && value <= 1);
  if (size !== undefined) checkCropSize(size);
  return { minSize, maxFaces, minScore };
}

/** @throws PosterError `option.invalid` */
function requireTemplate(template: Template): void {
  if (Object.values(templates).includes(template)) return;
  if (Array.isArray(template?.points) && template.points.length === 5 && Number.isFinite(template.size))
    return;
  const known = Object.keys(templates).join(', ');
  throw new PosterError(
    'option.invalid',
    `Expected template to be one of \`templates\` (${known}) or { points, size } of your own, got ${describeGiven(template)}.`,
  );
}

type LocatedFace = Pick<Face, 'box' | 'score' | 'points' | 'landmarks'>;

async function locate(
  photo: RgbImage,
  detected: readonly DetectedFace[],
  { landmarks, refiner }: FaceModels,
): Promise<LocatedFace[]> {
  const rough = detected.map((face) => face.landmarks ?? pointsFromBox(face.box));
  if (!landmarks) return detected.map(({ box, score }, i) => ({ box, score, points: rough[i]! }));
  const first = await locateLandmarks(photo, rough, landmarks);
  const located = refiner ? await refine(photo, first, refiner) : first;
  return located.map(({ landmarks, points, presence }, i) => {
    const score = Math.sqrt(detected[i]!.score * presence);
    return { box: boundingBox(landmarks), score, points, landmarks };
  });
}

/** As a part of the distance of the eyes: landmark models of faces differ by less, untrained ones by more. */
const agreement = 0.25;

async function refine(
  photo: RgbImage,
  located: readonly FaceLandmarks[],
  refiner: LandmarkModel,
): Promise<FaceLandmarks[]> {
  const points = located.map((face) => face.points);
  const refined = await locateLandmarks(photo, points, refiner, 1);
  return located.map((face, i) => {
    const other = refined[i]!;
    const apart = face.points.reduce((sum, point, k) => sum + distance(point, other.points[k]!), 0) / 5;
    return apart <= agreement * eyeDistance(face.points) ? { ...other, presence: face.presence } : face;
  });
}
