/** Work on pixels: from the bytes of an image file to what the network is shown, and what it looked at as a picture. */

import type { Alignment } from '../data/alignment.js';
import type { HeatMap } from '../explain/explanation.js';
import { overlay } from '../explain/overlay.js';
import { withUsualAlignment } from '../faces/align.js';
import type { Face, FindFacesOptions } from '../faces/find-faces.js';
import type { FaceFinder } from '../faces/open-face-finder.js';
import { decodeImage, photoDecoding } from '../image/decode.js';
import { encodePng } from '../image/encode.js';
import { resizeBilinear } from '../image/resize.js';
import type { RgbImage } from '../image/rgb-image.js';
import { publishedConfig } from '../network/config.js';

export interface ReadOptions {
  /** Find faces; otherwise the whole image is taken as one face crop. */
  readonly faces: boolean;
  /** The largest width x height. */
  readonly maxPixels: number;
  /** Only the largest so many faces. */
  readonly maxFaces: number;
  /** How faces are cut out. */
  readonly alignment: Alignment;
  /** What error messages call the image. */
  readonly name: string;
}

/** A face of a photo; coordinates in pixels of the upright photo. */
export interface ReadFace extends Pick<Face, 'box' | 'score' | 'points' | 'landmarks'> {
  /** 224 x 224 pixels. */
  readonly crop: RgbImage;
}

export interface ReadImage {
  readonly width: number;
  readonly height: number;
  /** The image itself at 224 x 224 pixels, where no faces were asked for. */
  readonly crop?: RgbImage;
  readonly faces?: readonly ReadFace[];
}

export interface ImageReader {
  /** Whether it can find faces. */
  readonly findsFaces: boolean;
  /** @throws PosterError `image.unreadable` */
  read(bytes: Uint8Array, options: ReadOptions): Promise<ReadImage>;
  /** A heat map over the crop it explains, at the crop's size, as a PNG file. */
  drawOverlay(crop: RgbImage, map: HeatMap): Promise<Uint8Array>;
}

/**
 * Reads images in this thread. A photo whose faces are looked for is turned as its EXIF orientation says; a face
 * crop is not, as in the datasets. The finder remains the caller's to dispose of.
 */
export function createImageReader(finder?: FaceFinder): ImageReader {
  return {
    findsFaces: finder !== undefined,
    async read(bytes, { faces, maxPixels, maxFaces, alignment, name }) {
      const image = await decodeImage(bytes, { ...(faces && photoDecoding), maxPixels, name });
      const { width, height } = image;
      if (!faces || !finder) return { width, height, crop: toInput(image) };
      const found = await finder.find(image, withUsualAlignment<FindFacesOptions>({ maxFaces }, alignment));
      return { width, height, faces: found.map(readFace) };
    },
    drawOverlay: (crop, map) => encodePng(overlay(crop, map, publishedConfig.imageSize)),
  };
}

function readFace({ box, score, points, landmarks, crop }: Face): ReadFace {
  return { box, score, points, ...(landmarks && { landmarks }), crop: toInput(crop) };
}

/** At the size of the network's input, so that what waits for a batch is small. */
function toInput(image: RgbImage): RgbImage {
  return resizeBilinear(image, publishedConfig.imageSize, publishedConfig.imageSize);
}
