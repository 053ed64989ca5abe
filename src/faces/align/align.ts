/** From landmarks to the crop that the network was trained on. Browser-safe. */

import type { Alignment } from '../../image/alignment.js';
import type { RgbImage } from '../../image/rgb-image.js';
import type { FivePoints } from './five-points.js';
import { fitSimilarity, type Similarity } from './similarity.js';
import { type Template, templatePixels, templates } from './template.js';
import { warp } from './warp.js';

export interface AlignOptions {
  /** Default: RAF-DB's. */
  readonly template?: Template;
  /** Height and width of the crop, in pixels. Default: the template's. */
  readonly size?: number;
}

export interface AlignedFace {
  /** size x size pixels. */
  readonly crop: RgbImage;
  /** From coordinates in the image to coordinates in the crop. */
  readonly transform: Similarity;
}

/** The options with what is usual where they say nothing; a template that is given comes with its own size. */
export function withDefaultAlignment<Options extends AlignOptions>(
  options: Options,
  usual: Alignment | undefined,
): Options {
  if (!usual || options.template) return options;
  return { ...options, template: templates[usual.template], size: options.size ?? usual.size };
}

/** Turns, scales and moves the face so that its five points lie as near as can be to the template's. */
export function alignFace(image: RgbImage, points: FivePoints, options: AlignOptions = {}): AlignedFace {
  const { template = templates['raf-db'], size = template.size } = options;
  const transform = fitSimilarity(points, templatePixels(template, size));
  return { crop: warp(image, transform, size), transform };
}
