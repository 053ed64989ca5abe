/** Recognises the faces that were found in a photo. Browser-safe. */

import type { Face, FindFacesOptions } from '../faces/find-faces.js';
import type { Alignment } from '../image/alignment.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { Prediction } from './prediction.js';

/** A face of a photo and what it shows; coordinates are in pixels of the upright photo. */
export interface RecognisedFace extends Face {
  readonly prediction: Prediction;
}

/** What recognises the aligned crops; `Poster` does. */
export interface CropRecogniser {
  /** Class names in the order of the logits. */
  readonly labels: readonly string[];
  /** How the faces that it learned from were cut out, and so how those it is shown are, unless a call says it. */
  readonly alignment?: Alignment;
  predictBatch(images: Iterable<RgbImage>, options?: CropOptions): AsyncIterable<Prediction>;
}

interface CropOptions {
  /** Also return the embedding of each face. Default false. */
  readonly embedding?: boolean;
  readonly signal?: AbortSignal;
}

/** Which faces of a photo are recognised, and how they are cut out. */
export interface RecogniseFacesOptions extends FindFacesOptions, CropOptions {}

/** The faces in their order, each with what it shows. */
export async function recogniseEach(
  model: CropRecogniser,
  faces: readonly Face[],
  { embedding = false, signal }: CropOptions = {},
): Promise<RecognisedFace[]> {
  const recognised: RecognisedFace[] = [];
  const crops = faces.map(({ crop }) => crop);
  for await (const prediction of model.predictBatch(crops, { embedding, ...(signal && { signal }) })) {
    recognised.push({ ...faces[recognised.length]!, prediction });
  }
  return recognised;
}
