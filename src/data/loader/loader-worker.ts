/** The program of a thread that loads images. */
import { answerQuestions } from '../../threads/thread-program.js';
import { type ImageJob, type ImageRow, imagesAtOnce, loadImage } from './load-image.js';

const open = (row: ImageRow) => ({ load: (job: ImageJob) => loadImage(row, job) });

export type LoaderMethods = ReturnType<typeof open>;

answerQuestions(open, { atOnce: imagesAtOnce });
