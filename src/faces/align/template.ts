/** Where the five points lie in an aligned crop. Browser-safe. */

import { type Alignment, defaultAlignment, type TemplateName } from '../../image/alignment.js';
import { centroid, type Point, scalePoint } from '../geometry.js';
import { type FivePoints, mapPoints } from './five-points.js';
import { applySimilarity, fitSimilarity } from './similarity.js';

/** Where eyes, nose and mouth come to lie in a face crop. */
export interface Template {
  /** Height and width of the crop, in pixels. */
  readonly size: number;
  /** Positions as fractions of the crop's side. */
  readonly points: FivePoints;
}

/** FER2013's crops, 48 pixels: medians over its faces (docs/faces.md), made symmetric. */
const fer2013: Template = {
  size: 48,
  points: [
    { x: 0.313, y: 0.391 },
    { x: 0.687, y: 0.391 },
    { x: 0.5, y: 0.587 },
    { x: 0.343, y: 0.77 },
    { x: 0.657, y: 0.77 },
  ],
};

/** Face recognition's usual alignment (ArcFace, arXiv 1801.07698), 112 pixels. */
const arcFace: Template = {
  size: 112,
  points: mapPoints(
    [
      { x: 38.2946, y: 51.6963 },
      { x: 73.5318, y: 51.5014 },
      { x: 56.0252, y: 71.7366 },
      { x: 41.5493, y: 92.3655 },
      { x: 70.7299, y: 92.2041 },
    ],
    (point) => scalePoint(point, 1 / 112),
  ),
};

/**
 * RAF-DB's aligned crops, 100 pixels. Its authors align by a similarity transform of the eyes and the centre of
 * the mouth without saying whereto; a published reproduction from their landmarks takes these three points to
 * (2/7, 0.4), (5/7, 0.4) and (0.5, 5/7). This is a mean face brought there: docs/faces.md tells how sure that is.
 */
const rafDb: Template = {
  size: 100,
  points: placeFace(fer2013.points, [
    { x: 2 / 7, y: 0.4 },
    { x: 5 / 7, y: 0.4 },
    { x: 0.5, y: 5 / 7 },
  ]),
};

/** The alignments known by name. */
export const templates: Readonly<Record<TemplateName, Template>> = {
  'raf-db': rafDb,
  fer2013,
  arcface: arcFace,
};

/** The parts of an alignment that are asked for. */
export type AskedAlignment = { readonly [Name in keyof Alignment]?: Alignment[Name] | undefined };

/** What was asked for, and otherwise what is usual; a template that was asked for comes with its own size. */
export function chooseAlignment(
  { template, size }: AskedAlignment,
  usual: Alignment = defaultAlignment,
): Alignment {
  if (template === undefined) return { ...usual, ...(size !== undefined && { size }) };
  return { template, size: size ?? templates[template].size };
}

/** A face with its eyes and the centre of its mouth as near as can be to three points. */
function placeFace(face: FivePoints, anchors: readonly [Point, Point, Point]): FivePoints {
  const [leftEye, rightEye, , leftMouth, rightMouth] = face;
  const placement = fitSimilarity([leftEye, rightEye, centroid([leftMouth, rightMouth])], anchors);
  return mapPoints(face, (point) => applySimilarity(placement, point));
}

/** The template's points in pixels of a crop. */
export function templatePixels({ points }: Template, size: number): FivePoints {
  return mapPoints(points, (point) => scalePoint(point, size));
}
