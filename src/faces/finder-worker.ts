/** The program of a worker that finds faces. */
import { photoDecoding } from '../image/decode/decode.js';
import { decodeOpened, type OpenedImage } from '../image/decode/decode-input.js';
import type { Job } from '../threads/questions.js';
import { answerQuestions } from '../threads/thread-program.js';
import type { FindFacesOptions } from './find-faces.js';
import { type FaceFinderOptions, openFaceFinder } from './open-face-finder.js';

export type FinderMethods = Awaited<ReturnType<typeof openMethods>>;

/** A photo on its way to the worker. */
interface Asked {
  readonly photo: OpenedImage;
  readonly options: Omit<FindFacesOptions, 'signal'>;
}

async function openMethods(opening: FaceFinderOptions) {
  const finder = await openFaceFinder(opening);
  return {
    async find({ photo, options }: Asked, { signal }: Job) {
      return finder.find(await decodeOpened(photo, photoDecoding), { ...options, signal });
    },
    [Symbol.asyncDispose]: () => finder.dispose(),
  };
}

/** Two at once: one photo is decoded while another is looked at; more would only take memory. */
answerQuestions(openMethods, { atOnce: 2 });
