/** The main job on a real photograph: find the faces of every scene, recognise each, show what came out. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Poster } from '../core/poster.js';
import { throwIfAborted } from '../errors.js';
import { annotate } from '../faces/annotate/annotate.js';
import { type FaceFinder, openFaceFinder } from '../faces/open-face-finder.js';
import { encodeJpeg } from '../image/encode.js';
import type { RgbImage } from '../image/rgb-image.js';
import { guardOutputs } from '../io/guard-outputs.js';
import { writeAtomically } from '../io/write-atomically.js';
import { listProbabilities } from '../recognise/prediction.js';
import type { RecognisedFace } from '../recognise/recognise-faces.js';
import { recogniseFaces } from '../recognise/recognise-photos.js';
import { photoPage } from './photo-page.js';
import { drawScenes, portraitFile, type SeenScene, sceneNames } from './scenes.js';

export interface ShowPhotosOptions {
  /** The folder to write to. */
  readonly output: string;
  /** A path, or the name of a model that comes with this package. Default: `small`. */
  readonly checkpoint?: string | undefined;
  /** Replace the files of an earlier demonstration. Default: false. */
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PhotoDemo {
  readonly scenes: readonly SeenScene[];
  /** All pictures on one page. */
  readonly page: string;
}

/**
 * Recognises the faces of every scene made of a portrait and writes the annotated pictures and a page of them.
 *
 * @throws PosterError as `Poster.load`; `file.unwritable` for files that are there, unless `force`; `aborted`
 */
export async function showPhotos(options: ShowPhotosOptions): Promise<PhotoDemo> {
  const { output, checkpoint, force, signal } = options;
  const guard = guardOutputs({ inputs: [portraitFile], force });
  const page = join(output, 'index.html');
  const pictureOf = (name: string) => join(output, `${name}.jpg`);
  await guard.mayWriteAll([page, ...sceneNames.map(pictureOf)], '--output');
  await using poster = await Poster.load(checkpoint, { signal });
  await using finder = await openFaceFinder();
  await warmUp(poster, finder);
  await mkdir(output, { recursive: true });
  const scenes: SeenScene[] = [];
  const pictures: RgbImage[] = [];
  for await (const { photo, ...scene } of drawScenes()) {
    throwIfAborted(signal);
    const began = performance.now();
    const faces = await recogniseFaces(poster, finder, photo, signal ? { signal } : {});
    const milliseconds = performance.now() - began;
    const annotated = await annotate(photo, faces.map(toAnnotation));
    const picture = pictureOf(scene.name);
    await writeAtomically(picture, await encodeJpeg(annotated));
    scenes.push({ ...scene, faces, milliseconds, picture });
    pictures.push(annotated);
  }
  await writeAtomically(page, Buffer.from(await photoPage(scenes, pictures)));
  return { scenes, page };
}

/** The first run of each model takes longer, and would be the portrait's. */
async function warmUp(poster: Poster, finder: FaceFinder): Promise<void> {
  await recogniseFaces(poster, finder, portraitFile);
}

function toAnnotation({ box, prediction }: RecognisedFace) {
  return { box, expressions: listProbabilities(prediction.probabilities) };
}
