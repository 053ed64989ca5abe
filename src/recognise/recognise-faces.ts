/** Finds the faces of photos and recognises each. */
import { PosterError } from '../errors.js';
import type { Face, FindFacesOptions } from '../faces/find-faces.js';
import type { FaceFinder } from '../faces/open-face-finder.js';
import { decodeImage } from '../image/decode.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { Prediction } from './prediction.js';

/** A face of a photo and what it shows; coordinates are in pixels of the upright photo. */
export interface RecognisedFace extends Face {
  readonly prediction: Prediction;
}

/** A photo's faces, the largest first; none is a result. */
export type PhotoResult =
  | {
      readonly path: string;
      readonly photo: RgbImage;
      readonly faces: readonly RecognisedFace[];
      readonly error?: undefined;
    }
  | { readonly path: string; readonly faces?: undefined; readonly error: PosterError };

/** What recognises the aligned crops; `Poster` does. */
export interface CropRecogniser {
  predictBatch(
    images: Iterable<RgbImage>,
    options?: { readonly embedding?: boolean; readonly signal?: AbortSignal },
  ): AsyncIterable<Prediction>;
}

export interface RecogniseFacesOptions extends FindFacesOptions {
  /** Also return the embedding of each face. Default false. */
  readonly embedding?: boolean;
}

/** The faces of one upright photo. */
export async function recogniseFaces(
  model: CropRecogniser,
  finder: FaceFinder,
  photo: RgbImage,
  { embedding = false, ...options }: RecogniseFacesOptions = {},
): Promise<RecognisedFace[]> {
  const faces = await finder.find(photo, options);
  const recognised: RecognisedFace[] = [];
  const signal = options.signal && { signal: options.signal };
  const crops = faces.map(({ crop }) => crop);
  for await (const prediction of model.predictBatch(crops, { embedding, ...signal })) {
    recognised.push({ ...faces[recognised.length]!, prediction });
  }
  return recognised;
}

/** Yields a result for every photo, in order. Photos are turned as their EXIF orientation says. */
export async function* recognisePhotos(
  model: CropRecogniser,
  finder: FaceFinder,
  paths: Iterable<string> | AsyncIterable<string>,
  options: RecogniseFacesOptions = {},
): AsyncGenerator<PhotoResult> {
  for await (const path of paths) {
    try {
      const photo = await decodeImage(path, { autoOrient: true });
      yield { path, photo, faces: await recogniseFaces(model, finder, photo, options) };
    } catch (error) {
      if (!(error instanceof PosterError) || !unreadable.has(error.code)) throw error;
      yield { path, error };
    }
  }
}

const unreadable: ReadonlySet<string> = new Set(['image.unreadable', 'file.missing']);
