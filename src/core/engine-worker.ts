/** The program of a worker that runs a model. */
import { answerQuestions } from '../threads/thread-program.js';
import { type EngineOptions, openEngine } from './engine.js';

/** What the worker is started with. */
export interface EngineInit {
  readonly model: string;
  readonly options: EngineOptions;
}

/** Two at once: one image is decoded while the network looks at another; more would only take memory. */
answerQuestions(({ model, options }: EngineInit) => openEngine(model, options), { atOnce: 2 });
