/** What evaluating a model on faces that were changed on purpose has in common: reading and recognising. */
import type { Sample } from '../data/dataset.js';
import { PosterError, throwIfAborted } from '../errors.js';
import { decodeImage } from '../image/decode/decode.js';
import { isUnreadable } from '../image/decode/image-defect.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { Prediction } from '../recognise/prediction.js';
import { argmax, softmax } from '../tensor/logits.js';
import type { LabelledPrediction } from './calibration.js';

/** What predicts images; `Poster` does. */
export interface ImageRecogniser {
  predictBatch(
    images: AsyncIterable<RgbImage>,
    options?: { readonly batchSize?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<Prediction>;
}

export interface AlteredFacesOptions<S extends Pick<Sample, 'path'>> {
  readonly samples: readonly S[];
  /** The ways in which faces are changed. */
  readonly names: readonly string[];
  /** Brings logits to the classes that are evaluated, where these are not the model's. */
  readonly logitsOf?: ((logits: readonly number[]) => Float32Array) | undefined;
  /** Decides all that is random: a face that is changed in one way always draws the same numbers. Default 1. */
  readonly seed?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** The faces that can be read, each with its place among the samples; the others are passed over. */
export async function* readableFaces<S extends Pick<Sample, 'path'>>({
  samples,
  signal,
}: Pick<AlteredFacesOptions<S>, 'samples' | 'signal'>): AsyncGenerator<{
  face: RgbImage;
  sample: S;
  place: number;
}> {
  for (const [place, sample] of samples.entries()) {
    throwIfAborted(signal);
    const face = await decodeImage(sample.path).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return undefined;
    });
    if (face) yield { face, sample, place };
  }
}

/**
 * The answers to images, of which each face has so many.
 * @param verb what was to be done to the faces, for the message
 * @throws PosterError `data.layout` where there was none.
 */
export async function* answersTo<S extends Pick<Sample, 'path'>>(
  model: ImageRecogniser,
  images: AsyncIterable<RgbImage>,
  { samples, batchSize = 16, signal, onProgress, logitsOf }: AlteredFacesOptions<S>,
  { perFace, verb }: { readonly perFace: number; readonly verb: string },
): AsyncGenerator<Omit<LabelledPrediction, 'label'>> {
  let done = 0;
  for await (const prediction of model.predictBatch(images, { batchSize, ...(signal && { signal }) })) {
    yield answerOf(prediction, logitsOf);
    done += 1;
    onProgress?.(done, samples.length * perFace);
  }
  if (done === 0)
    throw new PosterError(
      'data.layout',
      `Expected at least one readable image to ${verb}, got none; check the dataset.`,
    );
}

/** The answer and its probabilities, in the classes that are evaluated. */
function answerOf(
  { logits }: Pick<Prediction, 'logits'>,
  logitsOf?: (logits: readonly number[]) => Float32Array,
): Omit<LabelledPrediction, 'label'> {
  const common = logitsOf?.(logits) ?? logits;
  return { predicted: argmax(common), probabilities: softmax(common) };
}
