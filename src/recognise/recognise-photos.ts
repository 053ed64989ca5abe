/** Finds the faces of photos and recognises each. */
import type { PosterError } from '../errors.js';
import { withDefaultAlignment } from '../faces/align/align.js';
import type { FoundFaces } from '../faces/find-faces.js';
import type { FaceFinder } from '../faces/open-face-finder.js';
import { photoDecoding } from '../image/decode/decode.js';
import { decodeInput, type ImageInput } from '../image/decode/decode-input.js';
import { isUnreadable } from '../image/decode/image-defect.js';
import { type RgbImage, sizedInJson } from '../image/rgb-image.js';
import { requireGiven, requireOptions } from '../util/given.js';
import { requireList } from './batches.js';
import {
  type CropRecogniser,
  type RecognisedFace,
  type RecogniseFacesOptions,
  recogniseEach,
} from './recognise-faces.js';

/** A photo's faces, the largest first; none is a result. */
export type PhotoResult =
  | (FoundFaces<RecognisedFace> & {
      readonly path: string;
      /** Upright; `JSON.stringify` leaves its pixels out. */
      readonly photo: RgbImage;
      readonly error?: undefined;
    })
  | { readonly path: string; readonly faces?: undefined; readonly error: PosterError };

/** What came of a photo that could be read. */
export function photoResult(path: string, photo: RgbImage, faces: readonly RecognisedFace[]): PhotoResult {
  return { path, width: photo.width, height: photo.height, faces, photo: sizedInJson(photo) };
}

/** The faces of one photo in any form (decoded ones upright), cut out as the model learned them unless the options say otherwise. */
export async function recogniseFaces(
  model: CropRecogniser,
  finder: FaceFinder,
  photo: ImageInput,
  asked: RecogniseFacesOptions = {},
): Promise<RecognisedFace[]> {
  requireGiven(model, 'the model of recogniseFaces', 'a model of Poster.load');
  requireGiven(finder, 'the finder of recogniseFaces', 'a face finder of openFaceFinder');
  const { embedding = false, ...options } = requireOptions(asked, 'recogniseFaces', {
    embedding: 'true or false',
    signal: 'an AbortSignal',
  });
  const { signal } = options;
  const faces = await finder.find(photo, withDefaultAlignment(options, model.alignment));
  return recogniseEach(model, faces, { embedding, ...(signal && { signal }) });
}

/** Yields a result for every photo, in order. Photos are turned as their EXIF orientation says. */
export async function* recognisePhotos(
  model: CropRecogniser,
  finder: FaceFinder,
  paths: Iterable<string> | AsyncIterable<string>,
  options: RecogniseFacesOptions = {},
): AsyncGenerator<PhotoResult> {
  requireList(paths);
  for await (const path of paths) {
    try {
      const photo = await decodeInput(path, photoDecoding);
      const faces = await recogniseFaces(model, finder, photo, options);
      yield photoResult(path, photo, faces);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      yield { path, error };
    }
  }
}
