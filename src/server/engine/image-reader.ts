/** Work on pixels: from the bytes of an image file to what the network is shown, and what it looked at as a picture. */

import type { HeatMap } from '../../explain/explanation.js';
import { overlay } from '../../explain/overlay.js';
import { withDefaultAlignment } from '../../faces/align/align.js';
import type { Face, FindFacesOptions } from '../../faces/find-faces.js';
import type { FaceFinder } from '../../faces/open-face-finder.js';
import type { Alignment } from '../../image/alignment.js';
import { decodeImage, photoDecoding } from '../../image/decode/decode.js';
import { encodePng } from '../../image/encode.js';
import { resizeBilinear } from '../../image/resize.js';
import type { RgbImage } from '../../image/rgb-image.js';

/** How an image of a request is read. */
export interface ReadOptions {
  /** Find faces; otherwise the whole image is taken as one face crop. */
  readonly faces: boolean;
  /** The largest width x height. */
  readonly maxPixels: number;
  /** Only the largest so many faces. */
  readonly maxFaces: number;
  /** How faces are cut out. */
  readonly alignment: Alignment;
  /** Height and width of the network's input in pixels. */
  readonly inputSize: number;
  /** What error messages call the image. */
  readonly name: string;
}

/** A face of a photo; coordinates in pixels of the upright photo. */
export interface ReadFace extends Pick<Face, 'box' | 'score' | 'points' | 'landmarks'> {
  /** inputSize x inputSize pixels. */
  readonly crop: RgbImage;
}

/** An image of a request, read. */
export interface ReadImage {
  readonly width: number;
  readonly height: number;
  /** The image itself at inputSize x inputSize pixels, where no faces were asked for. */
  readonly crop?: RgbImage;
  readonly faces?: readonly ReadFace[];
}

/** What reads the images of requests: decodes them, finds their faces, cuts them out. */
export interface ImageReader {
  /** Whether it can find faces. */
  readonly findsFaces: boolean;
  /** @throws PosterError `image.unreadable` */
  read(bytes: Uint8Array, options: ReadOptions): Promise<ReadImage>;
  /** A heat map over the crop it explains, at the crop's size or larger, as a PNG file. */
  drawOverlay(crop: RgbImage, map: HeatMap): Promise<Uint8Array>;
}

/** The smallest edge of an overlay in pixels: the crops of small networks are too small to look at. */
const leastOverlay = 224;

/**
 * Reads images in this thread. A photo whose faces are looked for is turned as its EXIF orientation says; a face
 * crop is not, as in the datasets. The finder remains the caller's to dispose of.
 */
export function createImageReader(finder?: FaceFinder): ImageReader {
  return {
    findsFaces: finder !== undefined,
    async read(bytes, { faces, maxPixels, maxFaces, alignment, inputSize, name }) {
      const image = await decodeImage(bytes, { ...(faces && photoDecoding), maxPixels, name });
      const { width, height } = image;
      if (!faces || !finder) return { width, height, crop: toInput(image, inputSize) };
      const found = await finder.find(image, withDefaultAlignment<FindFacesOptions>({ maxFaces }, alignment));
      return { width, height, faces: found.map((face) => readFace(face, inputSize)) };
    },
    drawOverlay: (crop, map) => encodePng(overlay(crop, map, leastOverlay)),
  };
}

function readFace({ box, score, points, landmarks, crop }: Face, inputSize: number): ReadFace {
  return { box, score, points, ...(landmarks && { landmarks }), crop: toInput(crop, inputSize) };
}

/** At the size of the network's input, so that what waits for a batch is small. */
function toInput(image: RgbImage, size: number): RgbImage {
  return resizeBilinear(image, size, size);
}
