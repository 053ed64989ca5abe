/** A model in a thread of its own: ONNX Runtime holds up the thread that calls it, and this one has clients. */

import type { Poster } from '../../core/poster.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { startThread } from '../../io/thread.js';
import type { LoadOptions } from '../../model/load-model.js';
import type { ServerModel } from '../server-model.js';
import type { Recognition } from './recognise-crops.js';

export interface EngineInit {
  readonly checkpoint: string;
  readonly options: Omit<LoadOptions, 'signal'>;
}

/** What the thread says of its model. */
export type ModelFacts = Pick<
  ServerModel,
  'labels' | 'labelOrigin' | 'alignment' | 'network' | 'color' | 'path' | 'explains'
> &
  Pick<Poster, 'notes'>;

/** Face crops for it to recognise; it is asked for the facts once, without any. */
export type EngineQuestion = { readonly crops: readonly RgbImage[] } | 'facts';
export type EngineAnswer = readonly Recognition[] | ModelFacts;

export interface EngineThread extends ServerModel, Pick<Poster, 'notes'> {
  /** Rejects when the thread ends unasked. */
  readonly failure: Promise<never>;
  close(): Promise<void>;
}

/** @throws PosterError whatever `Poster.load` throws */
export async function openEngineThread(order: EngineInit): Promise<EngineThread> {
  const program = new URL('./engine-worker.js', import.meta.url);
  const { ask, failure, close } = startThread<EngineQuestion, EngineAnswer>(program, order);
  async function recognise(images: Iterable<unknown> | AsyncIterable<unknown>) {
    const crops: RgbImage[] = [];
    for await (const image of images) crops.push(image as RgbImage); // the server has nothing else
    return (await ask({ crops })) as readonly Recognition[];
  }
  try {
    const facts = (await ask('facts')) as ModelFacts;
    return {
      ...facts,
      failure,
      close,
      async *predictBatch(images) {
        for (const { prediction } of await recognise(images)) yield prediction;
      },
      async *explainBatch(images) {
        for (const { explanation } of await recognise(images)) yield explanation!;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
