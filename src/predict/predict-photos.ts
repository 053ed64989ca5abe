/** Predictions of the faces in many photos. */
import { extname, join, parse } from 'node:path';
import type { PosterError } from '../errors.js';
import type { AlignOptions } from '../faces/align/align.js';
import { writeAnnotated } from '../faces/annotate/annotate.js';
import type { FaceFinder } from '../faces/open-face-finder.js';
import type { OutputGuard } from '../io/guard-outputs.js';
import { listProbabilities } from '../recognise/prediction.js';
import type { CropRecogniser, RecogniseFacesOptions } from '../recognise/recognise-faces.js';
import type { Recogniser } from '../recognise/recognise-files.js';
import { type PhotoResult, recognisePhotos } from '../recognise/recognise-photos.js';
import { requireGiven, requireOptions } from '../util/given.js';
import { type Explainer, type ExplainTo, explainedFaces, explainPhotos } from './explain-results.js';
import { formatter } from './output/format.js';
import { planOutputs, type WriteOptions } from './output/plan-outputs.js';
import { photoRows, type RowOptions } from './output/rows.js';
import { sideFiles } from './output/side-files.js';
import { type PredictCounts, type StreamOptions, streamLines } from './output/stream-lines.js';

/** What {@link predictPhotosTo} recognises and where it writes lines and pictures. */
export interface PredictPhotosOptions
  extends StreamOptions<PhotoResult>,
    AlignOptions,
    WriteOptions,
    RowOptions {
  /** A folder for copies of the photos with boxes and bars drawn in. */
  readonly annotate?: string | undefined;
  /** Also write heat maps of what decided the class of each face. */
  readonly explain?: ExplainTo | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the lines of every photo, in order, as results come: one for the photo with all its faces (jsonl), or one
 * for each face (table and csv; csv has a line for a photo without faces too).
 *
 * @throws PosterError as `predictTo`, and for a picture that cannot be annotated.
 */
export async function predictPhotosTo(
  model: Recogniser & CropRecogniser & Explainer,
  finder: FaceFinder,
  paths: Iterable<string> | AsyncIterable<string>,
  options: PredictPhotosOptions,
): Promise<PredictCounts> {
  requireGiven(model, 'the model of predictPhotosTo', 'a model of Poster.load');
  requireGiven(finder, 'the finder of predictPhotosTo', 'a face finder of openFaceFinder');
  requireOptions(options, 'predictPhotosTo', { format: 'a string', output: 'a string' });
  const { format, embedding = false, annotate, explain, template, size, signal } = options;
  const faceOptions: RecogniseFacesOptions = {
    embedding,
    ...(template && { template }),
    ...(size && { size }),
    ...(signal && { signal }),
  };
  const lines = formatter(format, photoRows(model, options));
  const pictures =
    annotate === undefined ? undefined : sideFiles('--annotate', annotate, (path) => [pictureName(path)]);
  const plan = await planOutputs(model, paths, [explain && explainedFaces(explain), pictures], options);
  const recognise = (rest: AsyncIterable<string>) => {
    const results = recognisePhotos(model, finder, rest, faceOptions);
    const explained = explain ? explainPhotos(model, results, explain, plan.guard) : results;
    return annotate === undefined ? explained : withPictures(explained, annotate, plan.guard);
  };
  return streamLines(plan.paths, recognise, lines, options);
}

async function* withPictures(
  results: AsyncIterable<PhotoResult>,
  folder: string,
  guard: OutputGuard,
): AsyncGenerator<PhotoResult> {
  for await (const result of results) {
    const path = join(folder, pictureName(result.path));
    if (!result.error && (await guard.mayWrite(path, '--annotate'))) await writePicture(result, path);
    yield result;
  }
}

type ReadPhoto = Exclude<PhotoResult, { error: PosterError }>;

async function writePicture({ photo, faces }: ReadPhoto, path: string): Promise<void> {
  const annotations = faces.map(({ box, landmarks, prediction }) => ({
    box,
    expressions: listProbabilities(prediction.probabilities),
    ...(landmarks && { landmarks }),
  }));
  await writeAnnotated(path, photo, annotations);
}

const writable: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg', '.webp']);

/** The photo's own name, with an ending that can be written. */
function pictureName(path: string): string {
  const { name, base } = parse(path);
  return writable.has(extname(path).toLowerCase()) ? base : `${name}.png`;
}
