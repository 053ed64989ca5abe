/** Predictions of images of which some are photos and some face crops: each is looked at. */
import { withDefaultAlignment } from '../faces/align/align.js';
import type { FindFacesOptions } from '../faces/find-faces.js';
import type { FaceFinder } from '../faces/open-face-finder.js';
import { photoDecoding } from '../image/decode/decode.js';
import { decodeInput } from '../image/decode/decode-input.js';
import { isUnreadable } from '../image/decode/image-defect.js';
import { type CropRecogniser, recogniseEach } from '../recognise/recognise-faces.js';
import {
  defaultBatchSize,
  type FileResult,
  type RecogniseFilesOptions,
  type Recogniser,
} from '../recognise/recognise-files.js';
import { type PhotoResult, photoResult } from '../recognise/recognise-photos.js';
import { requireGiven, requireOptions } from '../util/given.js';
import {
  type Explainer,
  type ExplainTo,
  explainedImages,
  explainFiles,
  explainPhotos,
} from './explain-results.js';
import { formatter } from './output/format.js';
import { type ImageResult, imageRows } from './output/image-rows.js';
import { planOutputs, type WriteOptions } from './output/plan-outputs.js';
import type { RowOptions } from './output/rows.js';
import { type PredictCounts, type StreamOptions, streamLines } from './output/stream-lines.js';
import { photoOrCrop } from './photo-or-crop.js';

/** What {@link predictImagesTo} recognises and where it writes lines. */
export interface PredictImagesOptions
  extends RecogniseImagesOptions,
    StreamOptions<ImageResult>,
    WriteOptions,
    RowOptions {
  /** Also write heat maps of what decided the class of each face. */
  readonly explain?: ExplainTo | undefined;
}

interface RecogniseImagesOptions extends Omit<RecogniseFilesOptions, 'workers'> {
  /** Called with what an image was found to be, before it is recognised. */
  readonly onLooked?: ((path: string, kind: 'photo' | 'crop') => void) | undefined;
}

type Model = Recogniser & CropRecogniser & Explainer;

/**
 * Writes the lines of every image, in order, as results come: of a photo as `predictPhotosTo`, of a face crop as
 * `predictTo`, in csv with the columns of photos.
 *
 * @throws PosterError as `predictTo`
 */
export async function predictImagesTo(
  model: Model,
  finder: FaceFinder,
  paths: Iterable<string> | AsyncIterable<string>,
  options: PredictImagesOptions,
): Promise<PredictCounts> {
  requireGiven(model, 'the model of predictImagesTo', 'a model of Poster.load');
  requireGiven(finder, 'the finder of predictImagesTo', 'a face finder of openFaceFinder');
  requireOptions(options, 'predictImagesTo', { format: 'a string', output: 'a string' });
  const { format, explain } = options;
  const lines = formatter(format, imageRows(model, options));
  const plan = await planOutputs(model, paths, [explain && explainedImages(explain)], options);
  const explained: Explained = {
    crops: (results) => (explain ? explainFiles(model, results, explain, plan.guard) : results),
    photos: (results) => (explain ? explainPhotos(model, results, explain, plan.guard) : results),
  };
  const recognise = (rest: AsyncIterable<string>) => recogniseImages(model, finder, rest, options, explained);
  return streamLines(plan.paths, recognise, lines, options);
}

/** Results and what is made of them on their way. */
interface Explained {
  crops(results: AsyncIterable<FileResult>): AsyncIterable<FileResult>;
  photos(results: AsyncIterable<PhotoResult>): AsyncIterable<PhotoResult>;
}

/** Yields a result for every image, in order; crops that follow one another go through the network together. */
async function* recogniseImages(
  model: Model,
  finder: FaceFinder,
  paths: AsyncIterable<string>,
  options: RecogniseImagesOptions,
  explained: Explained,
): AsyncGenerator<ImageResult> {
  const { batchSize = defaultBatchSize } = options;
  const crops: string[] = []; // looked at, and not recognised yet
  const recogniseCrops = async function* () {
    if (crops.length === 0) return;
    yield* explained.crops(model.predictFiles(crops.splice(0), { ...options, batchSize, workers: 0 }));
  };
  for await (const path of paths) {
    const photo = await recognisePhoto(model, finder, path, options);
    if (!photo) crops.push(path);
    if (photo || crops.length === batchSize) yield* recogniseCrops();
    if (photo) yield* explained.photos(only(photo));
  }
  yield* recogniseCrops();
}

/** What came of a photo, or why it could not be read; nothing for a crop. */
async function recognisePhoto(
  model: Model,
  finder: FaceFinder,
  path: string,
  { embedding = false, signal, onLooked }: RecogniseImagesOptions,
): Promise<PhotoResult | undefined> {
  const cancelling: Pick<FindFacesOptions, 'signal'> = signal ? { signal } : {};
  const finding = withDefaultAlignment<FindFacesOptions>(cancelling, model.alignment);
  try {
    const photo = await decodeInput(path, photoDecoding);
    const { kind, faces } = await photoOrCrop(photo, finder, finding);
    onLooked?.(path, kind);
    if (!faces) return undefined;
    return photoResult(path, photo, await recogniseEach(model, faces, { embedding, ...cancelling }));
  } catch (error) {
    if (isUnreadable(error)) return { path, error };
    throw error;
  }
}

async function* only<T>(item: T): AsyncGenerator<T> {
  yield item;
}
