/** The program of a thread that works on pixels. */
import { workerData } from 'node:worker_threads';
import { openFaceFinder } from '../../faces/open-face-finder.js';
import { answerQuestions } from '../../io/thread.js';
import { createImageReader } from './image-reader.js';
import type { ReaderAnswer, ReaderOrder, ReaderQuestion } from './reader-threads.js';

const { faces, ...choices } = workerData as ReaderOrder;
const opening = faces ? openFaceFinder({ threads: 1, ...choices }) : Promise.resolve(undefined);
opening.catch(() => {}); // reported on first use

answerQuestions<ReaderQuestion, ReaderAnswer>(
  async (question) => {
    const reader = createImageReader(await opening);
    if (question === 'ready') return undefined;
    if ('crop' in question) return reader.drawOverlay(question.crop, question.map);
    return reader.read(question.bytes, question.options);
  },
  async () => (await opening.catch(() => undefined))?.dispose(),
);
