/** Recognises the images of a request: each is read, its crops join the batches, its result keeps its place. */
import { throwIfAborted } from '../errors.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { Prediction } from '../recognise/prediction.js';
import { describeError } from './answer-error.js';
import type { Batcher } from './batcher.js';
import type { ImageReader } from './image-reader.js';
import type { ServerLimits } from './limits.js';
import type { Metrics } from './metrics.js';
import type { Asked, AskedImage } from './read-request.js';
import type { ImageResult, PredictionBody } from './schemas.js';
import type { Slots } from './slots.js';

export interface Workplace {
  readonly reader: ImageReader;
  readonly batcher: Batcher<RgbImage, Prediction>;
  /** Images decoded at once: their pixels are what takes memory. */
  readonly decoding: Slots;
  /** Images that are decoded or whose crops wait for a batch. */
  readonly inWork: Slots;
  readonly limits: ServerLimits;
  readonly metrics: Metrics;
  /** Takes what went wrong with an image through no fault of the client's. */
  readonly logError: (error: unknown) => void;
}

export interface Recognised {
  readonly results: readonly ImageResult[];
  /** What the first image failed with, when all have failed. */
  readonly failure?: unknown;
}

/**
 * A result for every image in its order; one that fails leaves the others alone.
 * @throws PosterError `aborted` when the signal fires
 */
export async function recogniseImages(
  { images, faces, embeddings }: Asked,
  place: Workplace,
  signal: AbortSignal,
): Promise<Recognised> {
  const failures: unknown[] = [];
  const recognise = async (image: AskedImage): Promise<ImageResult> => {
    try {
      const result = await recogniseImage(image, { faces, embeddings }, place, signal);
      place.metrics.image('recognised');
      return result;
    } catch (error) {
      throwIfAborted(signal);
      place.metrics.image('failed');
      const { body, log } = describeError(error);
      if (log) place.logError(error);
      failures.push(error);
      return { name: image.name, error: body };
    }
  };
  const results = await Promise.all(images.map((image) => place.inWork.run(() => recognise(image), signal)));
  return failures.length < images.length ? { results } : { results, failure: failures[0] };
}

async function recogniseImage(
  { name, bytes }: AskedImage,
  { faces, embeddings }: Pick<Asked, 'faces' | 'embeddings'>,
  { reader, batcher, decoding, limits, metrics }: Workplace,
  signal: AbortSignal,
): Promise<ImageResult> {
  const options = { faces, name, maxPixels: limits.pixels, maxFaces: limits.faces };
  const image = await decoding.run(() => reader.read(bytes, options), signal);
  const predict = async (crop: RgbImage) => toBody(await batcher.add(crop, signal), embeddings);
  const { width, height } = image;
  if (image.crop) return { name, width, height, prediction: await predict(image.crop) };
  const found = image.faces ?? [];
  metrics.faces(found.length);
  const predictions = await Promise.all(found.map(({ crop }) => predict(crop)));
  const bodies = found.map(({ box, score, points, landmarks }, i) => ({
    box,
    score,
    points: [...points],
    ...(landmarks && { landmarks: [...landmarks] }),
    prediction: predictions[i]!,
  }));
  return { name, width, height, faces: bodies };
}

function toBody(
  { label, probability, index, probabilities, embedding }: Prediction,
  embeddings: boolean,
): PredictionBody {
  return {
    label,
    probability,
    index,
    probabilities: [...probabilities],
    ...(embeddings && embedding && { embedding: [...embedding] }),
  };
}
