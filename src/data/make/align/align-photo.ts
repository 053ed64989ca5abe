/** From one photo to the crops of its faces. */
import { join } from 'node:path';
import { mapPoints } from '../../../faces/align/five-points.js';
import type { Face } from '../../../faces/find-faces.js';
import type { FaceFinder } from '../../../faces/open-face-finder.js';
import { isUnreadable } from '../../../image/decode/image-defect.js';
import { encodePng } from '../../../image/encode.js';
import { writeAtomically } from '../../../io/write-atomically.js';
import type { CutFace, PhotoOutcome } from './photo-outcome.js';
import { cropPath } from './photo-source.js';

export interface PhotoJob {
  readonly path: string;
  /** The folder that is made. */
  readonly output: string;
  /** Where crops go below it, see {@link cropPath}. */
  readonly target: string;
  /** Cut out every face, and not the largest alone. */
  readonly all: boolean;
}

/** @throws PosterError `file.unwritable`; an unreadable photo is an outcome */
export async function alignPhoto(finder: FaceFinder, job: PhotoJob): Promise<PhotoOutcome> {
  const { path, output, target, all } = job;
  try {
    const found = await finder.find(path);
    const cut = found.slice(0, all ? undefined : 1);
    for (const [i, { crop }] of cut.entries())
      await writeAtomically(join(output, cropPath(target, all, i)), await encodePng(crop));
    const faces = cut.map(describe);
    return { result: faces.length > 0 ? 'face' : 'no face', found: found.length, faces };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { result: 'unreadable', found: 0, faces: [], reason: error.message };
  }
}

function describe({ score, box: { x, y, width, height }, points }: Face): CutFace {
  return {
    score: hundredths(score),
    box: { x: hundredths(x), y: hundredths(y), width: hundredths(width), height: hundredths(height) },
    points: [...mapPoints(points, (point) => ({ x: hundredths(point.x), y: hundredths(point.y) }))],
  };
}

/** Of a pixel: finer than any landmark is placed, and short in files. */
function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
