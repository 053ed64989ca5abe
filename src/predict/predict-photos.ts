/** Predictions of the faces in many photos. */
import { extname, join, parse } from 'node:path';
import { PosterError } from '../errors.js';
import { writeAnnotated } from '../faces/annotate.js';
import type { FaceFinder } from '../faces/open-face-finder.js';
import {
  type CropRecogniser,
  type PhotoResult,
  type RecogniseFacesOptions,
  recognisePhotos,
} from '../recognise/recognise-faces.js';
import type { Recogniser } from '../recognise/recognise-files.js';
import { photoFormatter } from './format-photos.js';
import { type PredictCounts, type StreamOptions, streamLines } from './stream-lines.js';

export interface PredictPhotosOptions extends StreamOptions<PhotoResult> {
  /** How many of the most probable classes to list. Default 1. */
  readonly topK?: number | undefined;
  readonly embedding?: boolean | undefined;
  /** A folder for copies of the photos with boxes and bars drawn in. */
  readonly annotate?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the lines of every photo, in order, as results come: one for the photo with all its faces (jsonl), or one
 * for each face (table and csv; csv has a line for a photo without faces too).
 *
 * @throws PosterError as `predictTo`, and for a picture that cannot be annotated.
 */
export function predictPhotosTo(
  model: Recogniser & CropRecogniser,
  finder: FaceFinder,
  paths: AsyncIterable<string>,
  options: PredictPhotosOptions,
): Promise<PredictCounts> {
  const { format, topK = 1, embedding = false, annotate, signal } = options;
  const faceOptions: RecogniseFacesOptions = { embedding, ...(signal && { signal }) };
  const lines = photoFormatter(format, {
    labels: model.labels,
    topK: Math.min(topK, model.labels.length),
    embedding: embedding ? model.network.embedding : 0,
  });
  const recognise = (rest: AsyncIterable<string>) => recognisePhotos(model, finder, rest, faceOptions);
  if (annotate === undefined) return streamLines(paths, recognise, lines, options);
  const names = new Map<string, string>();
  const annotated = (rest: AsyncIterable<string>) => withPictures(recognise(rest), annotate, names);
  return streamLines(paths, annotated, lines, options);
}

async function* withPictures(
  results: AsyncIterable<PhotoResult>,
  folder: string,
  names: Map<string, string>,
): AsyncGenerator<PhotoResult> {
  for await (const result of results) {
    if (!result.error) await writePicture(result, pictureName(result.path, folder, names));
    yield result;
  }
}

type ReadPhoto = Exclude<PhotoResult, { error: PosterError }>;

async function writePicture({ photo, faces }: ReadPhoto, path: string): Promise<void> {
  const annotations = faces.map(({ box, landmarks, prediction }) => ({
    box,
    expressions: prediction.probabilities,
    ...(landmarks && { landmarks }),
  }));
  await writeAnnotated(path, photo, annotations);
}

const writable: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg', '.webp']);

/** The photo's own name in the folder; two photos of one name are an error, since one would replace the other. */
function pictureName(path: string, folder: string, names: Map<string, string>): string {
  const { name, base } = parse(path);
  const own = writable.has(extname(path).toLowerCase()) ? base : `${name}.png`;
  const other = names.get(own);
  if (other !== undefined && other !== path)
    throw new PosterError(
      'option.invalid',
      `Expected photos of different names for --annotate, but ${other} and ${path} would both be written to ${join(folder, own)}; annotate them into different folders.`,
    );
  names.set(own, path);
  return join(folder, own);
}
