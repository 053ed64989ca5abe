/** The program of a thread that aligns photos. */
import { openFaceFinder } from '../../../faces/open-face-finder.js';
import type { Alignment } from '../../../image/alignment.js';
import { answerQuestions } from '../../../threads/thread-program.js';
import { alignPhoto, type PhotoJob } from './align-photo.js';

export interface AlignInit {
  readonly alignment: Alignment;
  /** A YuNet file to detect faces with. Default: the detector that is built in. */
  readonly detector?: string | undefined;
}

const open = async (order: AlignInit) => {
  const finder = await openFaceFinder({ threads: 1, ...order });
  return {
    align: (job: PhotoJob) => alignPhoto(finder, job),
    [Symbol.asyncDispose]: () => finder.dispose(),
  };
};

export type AlignMethods = Awaited<ReturnType<typeof open>>;

answerQuestions(open);
