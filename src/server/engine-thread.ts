/** A model in a thread of its own: ONNX Runtime holds up the thread that calls it, and this one has clients. */
import type { LoadOptions } from '../model/load-model.js';
import type { Prediction } from '../recognise/prediction.js';
import type { Recogniser } from './create-server.js';
import { startThread } from './thread.js';

export interface EngineOrder {
  readonly checkpoint: string;
  readonly options: Omit<LoadOptions, 'signal'>;
}

/** What the thread says of its model. */
export type ModelFacts = Pick<Recogniser, 'labels' | 'labelOrigin' | 'network' | 'path'>;

/** Face crops for it to predict; it is asked for the facts once, without any. */
export type EngineQuestion = { readonly crops: readonly unknown[] } | 'facts';
export type EngineAnswer = readonly Prediction[] | ModelFacts;

export interface EngineThread extends Recogniser {
  /** Rejects when the thread ends unasked. */
  readonly failure: Promise<never>;
  close(): Promise<void>;
}

/** @throws PosterError whatever `Poster.load` throws */
export async function openEngineThread(order: EngineOrder): Promise<EngineThread> {
  const program = new URL('./engine-worker.js', import.meta.url);
  const { ask, failure, close } = startThread<EngineQuestion, EngineAnswer>(program, order);
  try {
    const facts = (await ask('facts')) as ModelFacts;
    return {
      ...facts,
      failure,
      close,
      async *predictBatch(images) {
        const crops = [];
        for await (const image of images) crops.push(image);
        yield* (await ask({ crops })) as readonly Prediction[];
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
