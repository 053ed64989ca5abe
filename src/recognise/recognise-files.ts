/** Runs the network over files while worker threads decode the next ones. */
import { availableParallelism } from 'node:os';
import { openLoader } from '../data/loader/loader.js';
import { PosterError, throwIfAborted } from '../errors.js';
import { describeClipped } from '../image/decode/grey16.js';
import type { Preprocessing } from '../image/preprocess.js';
import type { ChosenLabels } from '../model/choose-labels.js';
import type { NetworkConfig } from '../network/config.js';
import type { ModelOutputs } from '../onnx/session.js';
import { describeGiven } from '../util/given.js';
import { requireList } from './batches.js';
import { type Prediction, toPredictions } from './prediction.js';

/** How `predictFiles` recognises a stream of files. */
export interface RecogniseFilesOptions {
  /** Images run through the network together. Default 16. */
  readonly batchSize?: number | undefined;
  /** Threads that decode and resize. Default: half the cores, at least one, at most four. */
  readonly workers?: number | undefined;
  /** Also return the embedding of each image. Default false. */
  readonly embedding?: boolean | undefined;
  /** Called with a sentence on the images that a person should know; at most once for each thing there is to say. */
  readonly onNote?: ((note: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A recognised file, or why it could not be read. */
export type FileResult =
  | { readonly path: string; readonly prediction: Prediction; readonly error?: undefined }
  | { readonly path: string; readonly prediction?: undefined; readonly error: PosterError };

/** A loaded model as evaluation and prediction of files use it; `Poster` is one. */
export interface Recogniser {
  /** The file the model was loaded from. */
  readonly path: string;
  /** Class names in the order of the logits. */
  readonly labels: readonly string[];
  readonly labelOrigin: Omit<ChosenLabels, 'labels'>;
  readonly network: NetworkConfig;
  /** What its logits have been divided by. */
  readonly temperature?: number;
  predictFiles(
    paths: Iterable<string> | AsyncIterable<string>,
    options?: RecogniseFilesOptions,
  ): AsyncGenerator<FileResult>;
}

/** A model that runs prepared images: count x 3 x size x size. */
export interface RunnableModel {
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing;
  run(images: Float32Array, count: number): Promise<ModelOutputs>;
}

export const defaultBatchSize = 16;

export function defaultWorkers(): number {
  return Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
}

/** Yields a result for every path, in order, whatever the batch size and number of workers. */
export async function* recogniseFiles(
  { run, labels, preprocessing }: RunnableModel,
  paths: Iterable<string> | AsyncIterable<string>,
  options: RecogniseFilesOptions = {},
): AsyncGenerator<FileResult> {
  const { batchSize = defaultBatchSize, workers = defaultWorkers(), embedding = false, signal } = options;
  let { onNote } = options;
  const pending: string[] = []; // asked for and not yet returned; the loader keeps their order
  const { size: imageSize, color } = preprocessing;
  await using loader = openLoader({ batchSize, workers, imageSize, grey: color === 'grey' });
  for await (const batch of loader.load(requests(paths, pending), { signal })) {
    throwIfAborted(signal);
    const outputs = await run(batch.images, batch.count);
    const predictions = toPredictions(outputs, labels, embedding, pending);
    for (const [i, { error, clipped }] of batch.items.entries()) {
      const path = pending.shift()!;
      if (clipped !== undefined) {
        onNote?.(describeClipped(clipped));
        onNote = undefined;
      }
      yield error ? { path, error } : { path, prediction: predictions[i]! };
    }
  }
}

async function* requests(paths: Iterable<string> | AsyncIterable<string>, pending: string[]) {
  requireList(paths);
  for await (const path of paths) {
    requirePath(path);
    pending.push(path);
    yield { path };
  }
}

function requirePath(path: unknown): void {
  if (typeof path === 'string') return;
  throw new PosterError(
    'option.invalid',
    `Expected the paths of image files, got ${describeGiven(path)} among them; predictBatch takes images in other forms.`,
  );
}
