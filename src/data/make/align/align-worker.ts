/** The program of a thread that aligns photos. */
import { workerData } from 'node:worker_threads';
import { openFaceFinder } from '../../../faces/open-face-finder.js';
import { answerQuestions } from '../../../io/thread.js';
import { alignPhoto, type PhotoJob } from './align-photo.js';
import type { AlignOrder } from './align-threads.js';
import type { PhotoOutcome } from './photo-outcome.js';

const { alignment, detector } = workerData as AlignOrder;
const opening = openFaceFinder({ threads: 1, alignment, detector });
opening.catch(() => {}); // reported on first use

answerQuestions<PhotoJob | 'ready', PhotoOutcome | undefined>(
  async (question) => {
    const finder = await opening;
    return question === 'ready' ? undefined : alignPhoto(finder, question);
  },
  async () => (await opening.catch(() => undefined))?.dispose(),
);
