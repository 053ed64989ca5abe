/** Heat maps for predictions, written as results come. */
import { parse } from 'node:path';
import type { ExplainMethod, Explanation } from '../explain/explanation.js';
import { writeExplanation } from '../explain/write-explanation.js';
import { decodeImage } from '../image/decode.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { FileResult } from '../recognise/recognise-files.js';
import type { PhotoResult } from '../recognise/recognise-photos.js';
import { uniqueNames } from './unique-names.js';

/** What explains a face crop; `Poster` does. */
export interface Explainer {
  explain(image: RgbImage, options: ExplainOptions): Promise<Explanation>;
}

interface ExplainOptions {
  readonly method?: ExplainMethod;
  readonly signal?: AbortSignal;
}

export interface ExplainTo extends ExplainOptions {
  /** A folder for `NAME.png` and `NAME.json` of each crop, `NAME-face-1` and so on for the faces of photos. */
  readonly folder: string;
}

/** Explains every crop that could be read. */
export async function* explainFiles(
  model: Explainer,
  results: AsyncIterable<FileResult>,
  explain: ExplainTo,
): AsyncGenerator<FileResult> {
  const nameOf = uniqueNames(explain.folder, '--explain');
  for await (const result of results) {
    if (!result.error) {
      const name = nameOf(result.path, parse(result.path).name);
      await explainCrop(model, name, await decodeImage(result.path), explain);
    }
    yield result;
  }
}

/** Explains every face of the photos that could be read. */
export async function* explainPhotos(
  model: Explainer,
  results: AsyncIterable<PhotoResult>,
  explain: ExplainTo,
): AsyncGenerator<PhotoResult> {
  const nameOf = uniqueNames(explain.folder, '--explain');
  for await (const result of results) {
    for (const [i, { crop }] of (result.faces ?? []).entries()) {
      const name = nameOf(result.path, `${parse(result.path).name}-face-${i + 1}`);
      await explainCrop(model, name, crop, explain);
    }
    yield result;
  }
}

async function explainCrop(
  model: Explainer,
  path: string,
  crop: RgbImage,
  { folder: _, ...options }: ExplainTo,
): Promise<void> {
  await writeExplanation(path, crop, await model.explain(crop, options));
}
