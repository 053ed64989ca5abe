/** Heat maps for predictions, written as results come. */
import { join, parse } from 'node:path';
import { PosterError } from '../errors.js';
import type { ExplainMethod, Explanation } from '../explain/explanation.js';
import { explanationEndings, writeGuarded } from '../explain/write-explanation.js';
import { decodeImage } from '../image/decode/decode.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { OutputGuard } from '../io/guard-outputs.js';
import type { FileResult } from '../recognise/recognise-files.js';
import type { PhotoResult } from '../recognise/recognise-photos.js';
import { type SideFiles, sideFiles } from './output/side-files.js';

/** What explains a face crop; `Poster` does. */
export interface Explainer {
  explain(image: RgbImage, options: ExplainOptions): Promise<Explanation>;
}

interface ExplainOptions {
  readonly method?: ExplainMethod;
  readonly signal?: AbortSignal;
}

/** Where heat maps go, and how they are made. */
export interface ExplainTo extends ExplainOptions {
  /** A folder for `NAME.png` and `NAME.json` of each crop, `NAME-face-1` and so on for the faces of photos. */
  readonly folder: string;
}

const flag = '--explain';

/** What is written for every crop. */
export function explainedFiles({ folder }: ExplainTo): SideFiles {
  const names = (path: string) => explanationEndings.map((ending) => parse(path).name + ending);
  return sideFiles(flag, folder, names, (path) => parse(path).name);
}

/** What is written for every photo: files for each of its faces. */
export function explainedFaces({ folder }: ExplainTo): SideFiles {
  const names = (path: string) => [parse(path).name];
  return {
    ...sideFiles(flag, folder, names, (path) => `${parse(path).name}-face-1`),
    nameOf: (file) => /^(.+)-face-\d+\.(?:png|json)$/i.exec(file)?.[1],
  };
}

/** What is written for every image of which it has to be seen whether it is a crop or a photo. */
export function explainedImages(explain: ExplainTo): SideFiles {
  const { folder, namesOf, ...files } = explainedFaces(explain);
  const named = new Map<string, string>();
  const likeFaces = new Map<string, string>(); // by the name of the photo whose face they may replace
  return {
    ...{ folder, ...files },
    namesOf(path) {
      const { name } = parse(path);
      const photoName = /^(.+)-face-\d+$/.exec(name)?.[1];
      const photo = photoName !== undefined && named.get(photoName);
      if (photo) throw sharedName(photo, path, folder);
      const crop = likeFaces.get(name);
      if (crop) throw sharedName(path, crop, folder);
      named.set(name, path);
      if (photoName !== undefined) likeFaces.set(photoName, path);
      return namesOf(path);
    },
    nameOf: (file) => /^(.+?)(?:-face-\d+)?\.(?:png|json)$/i.exec(file)?.[1],
  };
}

function sharedName(photo: string, crop: string, folder: string): PosterError {
  const name = join(folder, `${parse(crop).name}.png`);
  return new PosterError(
    'option.invalid',
    `Expected inputs of different names for ${flag}, but a face of ${photo} and ${crop} could both be written to ${name}; pass --faces or --crops, or write them into different folders.`,
  );
}

/** Explains every crop that could be read. */
export async function* explainFiles(
  model: Explainer,
  results: AsyncIterable<FileResult>,
  explain: ExplainTo,
  guard: OutputGuard,
): AsyncGenerator<FileResult> {
  for await (const result of results) {
    if (!result.error) {
      const name = join(explain.folder, parse(result.path).name);
      await explainCrop(model, name, await decodeImage(result.path), explain, guard);
    }
    yield result;
  }
}

/** Explains every face of the photos that could be read. */
export async function* explainPhotos(
  model: Explainer,
  results: AsyncIterable<PhotoResult>,
  explain: ExplainTo,
  guard: OutputGuard,
): AsyncGenerator<PhotoResult> {
  for await (const result of results) {
    for (const [i, { crop }] of (result.faces ?? []).entries()) {
      const name = join(explain.folder, `${parse(result.path).name}-face-${i + 1}`);
      await explainCrop(model, name, crop, explain, guard);
    }
    yield result;
  }
}

async function explainCrop(
  model: Explainer,
  path: string,
  crop: RgbImage,
  { folder: _, ...options }: ExplainTo,
  guard: OutputGuard,
): Promise<void> {
  await writeGuarded(path, crop, await model.explain(crop, options), guard);
}
