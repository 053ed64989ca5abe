/** The sizes at which a detector looks at a photo. Browser-safe. */
import { resizeBilinear } from '../../image/resize.js';
import type { RgbImage } from '../../image/rgb-image.js';

export interface PyramidOptions {
  /** The side of the smallest face to be found, in pixels of the photo. */
  readonly minSize: number;
  /** The side of the smallest face that the detector finds, in pixels of what it looks at. */
  readonly smallestFace: number;
  /** The longer side of the smallest level: the largest faces fill it. */
  readonly coarsest: number;
  /** Narrower levels count as if a side had so many pixels, since the detector pads them. */
  readonly smallestSide: number;
}

/** One size of the photo. */
export interface Level {
  readonly image: RgbImage;
  /** Pixels of the level per pixel of the photo, across and down. */
  readonly scaleX: number;
  readonly scaleY: number;
}

/** Bounds the memory of a detector: its maps take about 300 MB at this size. */
const mostPixels = 2_500_000;
const mostEnlarged = 2;

/** The photo at the finest size needed and, halved again and again, down to the coarsest; the finest first. */
export function pyramid(photo: RgbImage, options: PyramidOptions): Level[] {
  const { minSize, smallestFace, coarsest } = options;
  const longer = Math.max(photo.width, photo.height);
  const finest = Math.min(smallestFace / minSize, affordable(photo, options), mostEnlarged);
  // The scale is halved, not the sides: a side of 1 pixel would stay as it is for ever.
  let scale = Math.max(finest, coarsest / longer);
  const levels = [resizedLevel(photo, photo, scale)];
  while (Math.round(longer * scale) > coarsest) {
    scale /= 2;
    levels.push(resizedLevel(levels.at(-1)!.image, photo, scale));
  }
  return levels;
}

/** The scale at which a level takes {@link mostPixels}, the padding of a narrow one among them. */
function affordable({ width, height }: RgbImage, { smallestSide }: PyramidOptions): number {
  const padded = mostPixels / (Math.max(width, height) * smallestSide);
  return Math.min(Math.sqrt(mostPixels / (width * height)), padded);
}

/** Made from a larger level, which is quicker than from the photo. */
function resizedLevel(source: RgbImage, photo: RgbImage, scale: number): Level {
  const width = Math.max(Math.round(photo.width * scale), 1);
  const height = Math.max(Math.round(photo.height * scale), 1);
  const image = resizeBilinear(source, width, height);
  return { image, scaleX: width / photo.width, scaleY: height / photo.height };
}

/** The photo at the largest size that fits, never enlarged beyond twice. */
export function shrinkToFit(photo: RgbImage, width: number, height: number): Level {
  const scale = Math.min(width / photo.width, height / photo.height, mostEnlarged);
  const image = resizeBilinear(
    photo,
    Math.min(Math.max(Math.round(photo.width * scale), 1), width),
    Math.min(Math.max(Math.round(photo.height * scale), 1), height),
  );
  return { image, scaleX: image.width / photo.width, scaleY: image.height / photo.height };
}
