/** The program of a thread that reads images. */
import { workerData } from 'node:worker_threads';
import { openFaceFinder } from '../faces/open-face-finder.js';
import { createImageReader, type ReadImage } from './image-reader.js';
import type { ReaderOrder, ReaderQuestion } from './reader-threads.js';
import { answerQuestions } from './thread.js';

const { faces, detector } = workerData as ReaderOrder;
const opening = faces
  ? openFaceFinder({ threads: 1, ...(detector !== undefined && { detector }) })
  : Promise.resolve(undefined);
opening.catch(() => {}); // told to whoever asks

answerQuestions<ReaderQuestion | 'ready', ReadImage | undefined>(
  async (question) => {
    const finder = await opening;
    if (question === 'ready') return undefined;
    return createImageReader(finder).read(question.bytes, question.options);
  },
  async () => (await opening.catch(() => undefined))?.dispose(),
);
