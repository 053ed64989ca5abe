/** The program of the engine's thread. */
import { workerData } from 'node:worker_threads';
import type { RgbImage } from '../image/rgb-image.js';
import { Poster } from '../poster.js';
import type { EngineAnswer, EngineOrder, EngineQuestion } from './engine-thread.js';
import { predictAll } from './predict-all.js';
import { answerQuestions } from './thread.js';

const { checkpoint, options } = workerData as EngineOrder;
const loading = Poster.load(checkpoint, options);
loading.catch(() => {}); // told to whoever asks

answerQuestions<EngineQuestion, EngineAnswer>(
  async (question) => {
    const poster = await loading;
    if (question !== 'facts') return predictAll(poster, question.crops as readonly RgbImage[]);
    const { labels, labelOrigin, network, path } = poster;
    return { labels, labelOrigin, network, path };
  },
  async () => (await loading.catch(() => undefined))?.dispose(),
);
