/** The program of the engine's thread. */
import { workerData } from 'node:worker_threads';
import { Poster } from '../../core/poster.js';
import { answerQuestions } from '../../io/thread.js';
import type { EngineAnswer, EngineInit, EngineQuestion } from './engine-thread.js';
import { recogniseCrops } from './recognise-crops.js';

const { checkpoint, options } = workerData as EngineInit;
const loading = Poster.load(checkpoint, options);
loading.catch(() => {}); // reported on first use

answerQuestions<EngineQuestion, EngineAnswer>(
  async (question) => {
    const poster = await loading;
    if (question !== 'facts') return recogniseCrops(poster, question.crops);
    const { labels, labelOrigin, alignment, network, color, path, explains, notes } = poster;
    return { labels, labelOrigin, alignment, network, color, path, explains, notes };
  },
  async () => (await loading.catch(() => undefined))?.dispose(),
);
