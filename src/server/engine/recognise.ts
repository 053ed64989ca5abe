/** Recognises the images of a request: each is read, its crops join the batches, its result keeps its place. */

import { throwIfAborted } from '../../errors.js';
import type { Explanation } from '../../explain/explanation.js';
import type { Alignment } from '../../image/alignment.js';
import type { RgbImage } from '../../image/rgb-image.js';
import type { Prediction } from '../../recognise/prediction.js';
import type { Limiter } from '../../util/limit.js';
import { describeError } from '../http/answer-error.js';
import type { ParsedRequest, RequestImage } from '../http/read-request.js';
import type { ExplanationBody, ImageResult, PredictionBody } from '../http/schemas.js';
import type { ServerLimits } from '../limits/limits.js';
import type { Metrics } from '../metrics.js';
import type { Batcher } from './batcher.js';
import type { ImageReader } from './image-reader.js';
import type { Recognition } from './recognise-crops.js';

export interface RequestContext {
  readonly reader: ImageReader;
  /** How faces are cut out. */
  readonly alignment: Alignment;
  /** Height and width of the network's input in pixels. */
  readonly inputSize: number;
  readonly batcher: Batcher<RgbImage, Recognition>;
  /** Images decoded at once: their pixels are what takes memory. */
  readonly decoding: Limiter;
  /** Images that are decoded or whose crops wait for a batch. */
  readonly inWork: Limiter;
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
  { images, ...options }: ParsedRequest,
  place: RequestContext,
  signal: AbortSignal,
): Promise<Recognised> {
  const failures: unknown[] = [];
  const recognise = async (image: RequestImage): Promise<ImageResult> => {
    try {
      const result = await recogniseImage(image, options, place, signal);
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

type Options = Omit<ParsedRequest, 'images'>;

async function recogniseImage(
  { name, bytes }: RequestImage,
  asked: Options,
  place: RequestContext,
  signal: AbortSignal,
): Promise<ImageResult> {
  const { reader, alignment, inputSize, decoding, limits, metrics } = place;
  const { pixels: maxPixels, faces: maxFaces } = limits;
  const options = { faces: asked.faces, name, maxPixels, maxFaces, alignment, inputSize };
  const image = await decoding.run(() => reader.read(bytes, options), signal);
  const predict = (crop: RgbImage, i: number) => recogniseCrop(crop, i, asked, place, signal);
  const { width, height } = image;
  if (image.crop) return { name, width, height, prediction: await predict(image.crop, 0) };
  const found = image.faces ?? [];
  metrics.faces(found.length);
  const predictions = await Promise.all(found.map(({ crop }, i) => predict(crop, i)));
  const faces = found.map(({ crop: _, ...face }, i) => ({ ...face, prediction: predictions[i]! }));
  return { name, width, height, faces };
}

/** @param i its place among the crops of an image */
async function recogniseCrop(
  crop: RgbImage,
  i: number,
  { embeddings, explain }: Options,
  { reader, batcher, decoding, limits }: RequestContext,
  signal: AbortSignal,
): Promise<PredictionBody> {
  const { prediction, explanation } = await batcher.add(crop, signal);
  const body = toBody(prediction, embeddings);
  if (!explain || !explanation) return body;
  if (explain === 'maps' || i >= limits.overlays) return { ...body, explanation: toMaps(explanation) };
  const png = await decoding.run(() => reader.drawOverlay(crop, explanation.combined), signal);
  const overlay = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  return { ...body, explanation: { ...toMaps(explanation), overlay } };
}

/** Those who share a batch may have asked for embeddings. */
function toBody({ embedding, ...prediction }: Prediction, embeddings: boolean): PredictionBody {
  return embeddings && embedding ? { ...prediction, embedding } : prediction;
}

function toMaps({ combined, groups, classToken }: Explanation): ExplanationBody {
  return { method: 'attention', combined, groups, classToken: classToken! };
}
