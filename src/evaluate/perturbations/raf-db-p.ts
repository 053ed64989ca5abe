/**
 * The 10 perturbations of RAF-DB-P: sequences of 30 frames that change little from one to the next.
 *
 * Source: as raf-db-c.ts. The published frames are cut out of faces with a margin of 15 pixels around 100; here faces
 * have none, and their edge is repeated.
 */
import type { RgbImage } from '../../image/rgb-image.js';
import { gaussianBlur, motionBlurAt } from '../corruptions/blurs.js';
import type { Draws } from '../corruptions/draws.js';
import { type Picture, type Plane, toImage, toPicture } from '../corruptions/picture.js';
import { drawDrops, withWater } from '../corruptions/spatter.js';
import { brightness, gaussianNoise, shotNoise } from '../corruptions/tones.js';
import { rotated, scaled, sheared, translated } from './warps.js';

/** In every sequence. */
export const frameCount = 30;

/** Sizes are given for faces of so many pixels, with a margin around them. */
const faceSize = 100;
const margin = 15;

type Sequence = (picture: Picture, draws: Draws) => Iterable<Picture>;

/** A sequence whose frames do not depend on one another. */
function framed(frame: (picture: Picture, place: number, draws: Draws) => Picture): Sequence {
  return function* (picture, draws) {
    for (let place = 0; place < frameCount; place++) yield frame(picture, place, draws);
  };
}

/** The clean face, and noise of its own in every other frame. */
function noisy(noise: (picture: Picture, draws: Draws) => Picture): Sequence {
  return framed((picture, place, draws) => (place === 0 ? picture : noise(picture, draws)));
}

const sequences: Record<string, Sequence> = {
  'gaussian-noise': noisy((picture, draws) => gaussianNoise(picture, 0.12, draws)),
  'shot-noise': noisy((picture, draws) => shotNoise(picture, 29, draws)),
  'gaussian-blur': framed((picture, place) => gaussianBlur(picture, 0.25 + 0.035 * place)),
  'motion-blur': framed((picture, place) => motionBlurAt(picture, 10, 3, 4 * (place - frameCount))),
  spatter: flowingDrops,
  brightness: framed((picture, place) => brightness(picture, 0.02 * (place - 15))),
  translate: framed((picture, place) => translated(picture, ((place - margin) * picture.width) / faceSize)),
  rotate: framed((picture, place) => rotated(picture, place - 15)),
  scale: framed((picture, place) => {
    const window = Math.floor(130 - 1.7 * place);
    const offset = Math.floor((130 - window) / 2) - margin;
    return scaled(picture, window / faceSize, offset / faceSize);
  }),
  shear: framed((picture, place) => sheared(picture, 0.01 * (place - 15), margin / faceSize)),
};

/** The names of all 10, in the order of the publication. */
export const perturbationNames: readonly string[] = Object.keys(sequences);

/** Those whose frames are compared with the first, not with the one before. */
export const comparedWithFirst: ReadonlySet<string> = new Set(['gaussian-noise', 'shot-noise']);

/** The frames of a perturbation; `name` is one of {@link perturbationNames}. */
export function* perturb(image: RgbImage, name: string, draws: Draws): Generator<RgbImage> {
  for (const frame of sequences[name]!(toPicture(image), draws)) yield toImage(frame);
}

/** Drops of water that run down. */
function* flowingDrops(picture: Picture, draws: Draws): Generator<Picture> {
  let drops = drawDrops(picture, { mean: 0.65, deviation: 0.27, smooth: 3.7, threshold: 0.69 }, draws);
  for (let place = 0; place < frameCount; place++) {
    yield withWater(picture, drops, 0.6);
    drops = flowed(drops);
  }
}

/** Most of what lies on a pixel comes from two above it; nothing comes from beyond the edge. */
function flowed({ width, height, data }: Plane): Plane {
  const out = new Float64Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (row: number) => (row < 0 || row >= height ? 0 : data[row * width + x]!);
      out[y * width + x] = 0.05 * from(y + 1) + 0.1 * from(y) + 0.15 * from(y - 1) + 0.7 * from(y - 2);
    }
  return { width, height, data: out };
}
