/**
 * The model as programs use it.
 * Here: on ONNX Runtime in Node.
 */

import { fileURLToPath } from 'node:url';
import { parseDataType } from '../data/labels.js';
import { messageOf, PosterError, unlessAborted } from '../errors.js';
import { type EvaluateOptions, type EvaluationOutcome, evaluate } from '../evaluate/evaluate.js';
import { type ExplainMethod, type Explanation, explainMethods } from '../explain/explanation.js';
import type { FindFacesOptions, FoundFaces } from '../faces/find-faces.js';
import { type ImageInput, openInput } from '../image/decode/decode-input.js';
import { copyToSend } from '../image/sendable.js';
import { loadForThreads } from '../image/sharp.js';
import { defaultModel } from '../model/shipped-names.js';
import type { ModelOutputs } from '../onnx/session.js';
import { toPredictions } from '../recognise/prediction.js';
import {
  type FileResult,
  type RecogniseFilesOptions,
  type Recogniser,
  recogniseFiles,
} from '../recognise/recognise-files.js';
import { runHere } from '../threads/run-here.js';
import { startThread, type Thread } from '../threads/thread.js';
import { requireGiven, requireOptions } from '../util/given.js';
import { type Engine, type EngineFacts, type EngineOptions, openEngine } from './engine.js';
import type { EngineInit } from './engine-worker.js';
import { PosterCore, type PredictBatchOptions, type PredictOptions, type RunRequest } from './poster-core.js';

/** How {@link Poster.load} opens a model. */
export interface LoadOptions extends EngineOptions {
  /**
   * Load and run the model, decode images and find faces in a worker thread, so that this thread stays free: what a
   * web server wants. Default: false, which starts sooner and takes less memory.
   */
  readonly worker?: boolean | undefined;
}

/** How {@link Poster.explain} explains a face. */
export interface ExplainOptions extends PredictOptions {
  /** Default: attention, which needs no gradients. */
  readonly method?: ExplainMethod;
  /** With `grad-cam`: the class to explain. Default: the most probable one. */
  readonly label?: string;
}

/** How {@link Poster.explainBatch} explains many faces. */
export interface ExplainBatchOptions extends ExplainOptions, PredictBatchOptions {}

const loadKinds = {
  worker: 'true or false',
  threads: 'a whole number of at least 1',
  temperature: 'a positive number',
  labels: 'an array of strings',
  dataType: 'a string',
  detector: 'a string',
  landmarks: 'a string',
  onNote: 'a function',
  onStep: 'a function',
  signal: 'an AbortSignal',
} as const;
const fileKinds = {
  embedding: 'true or false',
  batchSize: 'a whole number of at least 1',
  signal: 'an AbortSignal',
} as const;
const evaluateKinds = {
  dataset: 'a dataset of openDataset',
  batchSize: fileKinds.batchSize,
  signal: fileKinds.signal,
} as const;

/**
 * A loaded POSTER V2 model.
 *
 * ```ts
 * await using poster = await Poster.load(); // the model that comes with this package
 * const { label, probability } = await poster.predict('face.jpg');
 * ```
 *
 * `explain` takes the method `grad-cam`, too, where libtorch is present. It throws `option.invalid` for an unknown
 * label, for a label with `attention` (which is the same for all) and for `grad-cam` of an ONNX model, and
 * `engine.unavailable` for `grad-cam` without libtorch.
 */
export class Poster extends PosterCore<ImageInput, ExplainOptions> implements Recogniser {
  readonly #engine: Thread<Engine>;
  readonly #loaded: EngineFacts;
  /** Whether the engine is another thread, to which images are sent. */
  readonly #away: boolean;

  private constructor(engine: Thread<Engine>, loaded: EngineFacts, away: boolean) {
    super(loaded);
    this.#engine = engine;
    this.#loaded = loaded;
    this.#away = away;
  }

  /**
   * Loads the model that comes with this package, a PyTorch checkpoint (.pth, .pth.tar), a safetensors file or an
   * ONNX model written by `poster export`.
   *
   * @param given a path, a `file:` URL, or the name of a model that comes with this package. Default: `small`.
   * @throws PosterError `file.missing`; `checkpoint.unreadable` for damaged, hostile or foreign files;
   *   `checkpoint.mismatch` for sound files that hold another network.
   */
  static async load(given: string | URL = defaultModel, asked: LoadOptions = {}): Promise<Poster> {
    const model = modelPath(given);
    const { worker = false, ...options } = requireOptions(asked, 'Poster.load', loadKinds);
    if (options.dataType !== undefined) parseDataType(options.dataType);
    const engine = worker ? startWorker(model, options) : runHere(await openEngine(model, options));
    try {
      const loaded = await unlessAborted(engine.ask('facts', undefined), options.signal);
      return new Poster(engine, loaded, worker);
    } catch (error) {
      void engine.close(); // what is loading ends of itself
      throw error;
    }
  }

  /** Where the class names come from and the dataset whose order they follow. */
  get labelOrigin(): EngineFacts['labelOrigin'] {
    return this.#loaded.labelOrigin;
  }

  /** What of the file was passed over, and where its weights were found when that is unusual: sentences. */
  get notes(): readonly string[] {
    return this.#loaded.notes;
  }

  /** What it computes in. */
  get precision(): EngineFacts['precision'] {
    return this.#loaded.precision;
  }

  /** As the model was asked for: the name of one that comes with this package, or a path. */
  get name(): string {
    return this.#loaded.name;
  }

  /** The file the model was loaded from. */
  get path(): string {
    return this.#loaded.path;
  }

  /** Rejects when the model's worker ends unasked, after which every call fails: load the model again. */
  get failure(): Promise<never> {
    return this.#engine.failure;
  }

  /**
   * Recognises any number of files in their order, decoding the next ones in worker threads while the network
   * runs. An unreadable file gives a result with its error.
   */
  predictFiles(
    paths: Iterable<string> | AsyncIterable<string>,
    options: RecogniseFilesOptions = {},
  ): AsyncGenerator<FileResult> {
    this.requireOpen();
    requireOptions(options, 'predictFiles', fileKinds);
    const run = (input: Float32Array, count: number) => this.#engine.ask('runInput', { input, count });
    return recogniseFiles({ ...this.#loaded, run }, paths, options);
  }

  /** Evaluates on a labelled dataset: every figure, the per-image predictions and the failures. */
  async evaluate(options: EvaluateOptions): Promise<EvaluationOutcome> {
    this.requireOpen();
    return evaluate(this, requireOptions(options, 'evaluate', evaluateKinds, ['dataset']));
  }

  protected async run(
    { images, attention }: RunRequest<ImageInput>,
    signal: AbortSignal | undefined,
  ): Promise<ModelOutputs> {
    const { opened, transfer } = await this.#open(images);
    return this.#engine.ask('run', { images: opened, attention }, { signal, transfer });
  }

  protected async find(
    photo: ImageInput,
    options: Omit<FindFacesOptions, 'signal'>,
    signal: AbortSignal | undefined,
  ): Promise<FoundFaces> {
    const { opened, transfer } = await this.#open([photo]);
    return this.#engine.ask('findFaces', { photo: opened[0]!, options }, { signal, transfer });
  }

  protected release(): Promise<void> {
    return this.#engine.close();
  }

  protected override async explainAll(
    images: readonly ImageInput[],
    options: ExplainOptions,
  ): Promise<Explanation[]> {
    const { method = 'attention', label, embedding, signal } = options;
    const index = this.#classToExplain(method, label);
    if (method === 'attention') return super.explainAll(images, options);
    const { outputs, maps } = await this.whileOpen(signal, async () => {
      const { opened, transfer } = await this.#open(images);
      return this.#engine.ask('gradCam', { images: opened, index }, { signal, transfer });
    });
    return toPredictions(outputs, this.labels, embedding).map((prediction, i) => ({
      ...{ method, prediction, label: this.labels[index ?? prediction.index]! },
      ...maps[i]!,
    }));
  }

  /** The images as the engine takes them. */
  async #open(images: readonly ImageInput[]) {
    const opened = await Promise.all(images.map((image) => openInput(image)));
    this.requireOpen();
    return this.#away ? copyToSend(opened) : { opened, transfer: [] };
  }

  /** The index of the class that was asked for, if one was. */
  #classToExplain(method: ExplainMethod, label: string | undefined): number | undefined {
    if (!explainMethods.includes(method)) {
      const known = explainMethods.join(' or ');
      throw new PosterError('option.invalid', `Expected the method ${known}, got ${method}.`);
    }
    if (label === undefined) return undefined;
    const index = this.labels.indexOf(label);
    if (method === 'grad-cam' && index !== -1) return index;
    const problem =
      index === -1
        ? `Expected a label of ${this.path} (${this.labels.join(', ')}), got ${label}.`
        : `Expected no label with the method attention, which is the same for all classes, got ${label}; use grad-cam.`;
    throw new PosterError('option.invalid', problem);
  }
}

/** @throws PosterError `option.invalid` */
function modelPath(given: unknown): string {
  if (!(given instanceof URL)) {
    requireGiven(given, 'the model', 'a path or a file: URL');
    return String(given);
  }
  try {
    return fileURLToPath(given);
  } catch (cause) {
    const problem = `Expected the model to be a path or a file: URL, got ${given.href}: ${messageOf(cause)}.`;
    throw new PosterError('option.invalid', problem, { cause });
  }
}

/** Functions cannot be sent to it. */
function startWorker(
  model: string,
  { signal: _signal, onNote: _onNote, onStep: _onStep, ...options }: EngineOptions,
): Thread<Engine> {
  loadForThreads();
  const init: EngineInit = { model, options };
  const program = new URL('./engine-worker.js', import.meta.url);
  return startThread(program, init, { name: 'The worker that runs the model' });
}
