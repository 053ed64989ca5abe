/** The program of a worker that finds faces. */
import { photoDecoding } from '../image/decode/decode.js';
import { decodeOpened } from '../image/decode/decode-input.js';
import { answerQuestions } from '../threads/thread-program.js';
import type { FaceFinderOptions, FinderMethods } from './face-finder.js';
import { openFaceFinder } from './open-face-finder.js';

async function openMethods(opening: FaceFinderOptions): Promise<FinderMethods & AsyncDisposable> {
  const finder = await openFaceFinder(opening);
  return {
    async find({ photo, options }, { signal }) {
      return finder.find(await decodeOpened(photo, photoDecoding), { ...options, signal });
    },
    [Symbol.asyncDispose]: () => finder.dispose(),
  };
}

/** Two at once: one photo is decoded while another is looked at; more would only take memory. */
answerQuestions(openMethods, { atOnce: 2 });
