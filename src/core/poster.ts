/**
 * The model as programs use it.
 * Here: on ONNX Runtime in Node.
 */
import { PosterError, throwIfAborted, unlessAborted } from '../errors.js';
import { type EvaluateOptions, type EvaluationOutcome, evaluate } from '../evaluate/evaluate.js';
import { explainByAttention, requireAttention } from '../explain/attention.js';
import { type ExplainMethod, type Explanation, explainMethods } from '../explain/explanation.js';
import type { GradCam } from '../explain/grad-cam.js';
import type { Alignment } from '../image/alignment.js';
import { decodeInput, type ImageInput } from '../image/decode/decode-input.js';
import { type Preprocessing, preprocessAll } from '../image/preprocess.js';
import { type LoadedModel, type LoadOptions, loadModel } from '../model/load-model.js';
import { checkpointFile } from '../model/shipped-models.js';
import { defaultModel } from '../model/shipped-names.js';
import { type NetworkConfig, valuesPerImage } from '../network/config.js';
import type { Session } from '../onnx/session.js';
import { batches } from '../recognise/batches.js';
import { type Prediction, toPredictions } from '../recognise/prediction.js';
import {
  type FileResult,
  type RecogniseFilesOptions,
  type Recogniser,
  recogniseFiles,
} from '../recognise/recognise-files.js';

export interface PredictOptions {
  /** Also return the embedding of each image. Default false. */
  readonly embedding?: boolean;
  readonly signal?: AbortSignal;
}

export interface PredictBatchOptions extends PredictOptions {
  /** Images run through the network together. Default 8. */
  readonly batchSize?: number;
}

export interface ExplainOptions {
  /** Default: attention, which needs no gradients. */
  readonly method?: ExplainMethod;
  /** With `grad-cam`: the class to explain. Default: the most probable one. */
  readonly label?: string;
  /** Also return the embedding with the prediction. Default false. */
  readonly embedding?: boolean;
  readonly signal?: AbortSignal;
}

export interface ExplainBatchOptions extends ExplainOptions {
  /** Images run through the network together. Default 8. */
  readonly batchSize?: number;
}

/**
 * A loaded POSTER V2 model.
 *
 * ```ts
 * await using poster = await Poster.load(); // the model that comes with this package
 * const { label, probability } = await poster.predict('face.jpg');
 * ```
 */
export class Poster implements Recogniser, AsyncDisposable {
  readonly #model: LoadedModel;
  #disposed = false;
  #gradCam: Promise<GradCam> | undefined;

  private constructor(model: LoadedModel) {
    this.#model = model;
  }

  /**
   * Loads the model that comes with this package, a PyTorch checkpoint (.pth, .pth.tar), a safetensors file or an
   * ONNX model written by `poster export`.
   *
   * @param model a path, or the name of a model that comes with this package. Default: `small`.
   * @throws PosterError `file.missing`; `checkpoint.unreadable` for damaged, hostile or foreign files;
   *   `checkpoint.mismatch` for sound files that hold another network.
   */
  static async load(model: string = defaultModel, options: LoadOptions = {}): Promise<Poster> {
    return new Poster(await loadModel(model, options));
  }

  /** Class names in the order of the logits. */
  get labels(): readonly string[] {
    return this.#model.labels.labels;
  }

  /** Where the class names come from and the dataset whose order they follow. */
  get labelOrigin(): Omit<LoadedModel['labels'], 'labels'> {
    return this.#model.labels;
  }

  /** How the faces that the model learned from were cut out; RAF-DB's alignment where that is not known. */
  get alignment(): Alignment {
    return this.#model.alignment;
  }

  /** What of the file was passed over, and where its weights were found when that is unusual: sentences. */
  get notes(): readonly string[] {
    return this.#model.notes;
  }

  /** The sizes of the network. */
  get network(): NetworkConfig {
    return this.#model.network;
  }

  /** Height and width of what the network sees, in pixels; images of any size are brought to it. */
  get imageSize(): number {
    return this.#model.preprocessing.size;
  }

  /** Whether the network sees colours (`rgb`) or, of every image, its luma (`grey`). */
  get color(): Preprocessing['color'] {
    return this.#model.preprocessing.color;
  }

  /** As the model was asked for: the name of one that comes with this package, or a path. */
  get name(): string {
    return this.#model.name;
  }

  /** What the logits have been divided by, so that confidence matches accuracy; 1 where it was not calibrated. */
  get temperature(): number {
    return this.#model.temperature;
  }

  /** The file the model was loaded from. */
  get path(): string {
    return this.#model.path;
  }

  /** Whether the model gives its attention, which `explain` maps by default; old exports lack it. */
  get explains(): boolean {
    return this.#model.session.givesAttention;
  }

  /**
   * Recognises the expression of one face. The image is taken as a face crop, as in the datasets.
   *
   * @throws PosterError `file.missing`, `image.unreadable`, `aborted` or `disposed`.
   */
  async predict(image: ImageInput, options: PredictOptions = {}): Promise<Prediction> {
    const [prediction] = await this.#run([image], options);
    return prediction!;
  }

  /**
   * Recognises many faces, yielding in their order. The first unreadable image ends it with an error;
   * see {@link predictFiles} for files of which some may be damaged.
   */
  async *predictBatch(
    images: Iterable<ImageInput> | AsyncIterable<ImageInput>,
    { batchSize = 8, ...options }: PredictBatchOptions = {},
  ): AsyncGenerator<Prediction> {
    for await (const batch of batches(images, batchSize)) yield* await this.#run(batch, options);
  }

  /**
   * Recognises any number of files in their order, decoding the next ones in worker threads while the network
   * runs. An unreadable file gives a result with its error.
   */
  predictFiles(
    paths: Iterable<string> | AsyncIterable<string>,
    options: RecogniseFilesOptions = {},
  ): AsyncGenerator<FileResult> {
    this.#session();
    return recogniseFiles(this.#model, paths, options);
  }

  /**
   * Maps over one face of what decided its class: the class token's attention, or Grad-CAM where libtorch is
   * present. See docs/explain.md for what the values mean.
   *
   * @throws PosterError as `predict`; `option.invalid` for an unknown label, for a label with `attention` (which is
   *   the same for all) and for `grad-cam` of an ONNX model; `engine.unavailable` for `grad-cam` without libtorch;
   *   `checkpoint.mismatch` for `attention` of an ONNX model exported before it held the attention.
   */
  async explain(image: ImageInput, options: ExplainOptions = {}): Promise<Explanation> {
    const [explanation] = await this.#explain([image], options);
    return explanation!;
  }

  /** Explains many faces, yielding in their order. The first that fails ends it with an error. */
  async *explainBatch(
    images: Iterable<ImageInput> | AsyncIterable<ImageInput>,
    { batchSize = 8, ...options }: ExplainBatchOptions = {},
  ): AsyncGenerator<Explanation> {
    for await (const batch of batches(images, batchSize)) yield* await this.#explain(batch, options);
  }

  /** Evaluates on a labelled dataset: every figure, the per-image predictions and the failures. */
  evaluate(options: EvaluateOptions): Promise<EvaluationOutcome> {
    this.#session();
    return evaluate(this, options);
  }

  /** Frees the model's memory. Calls after the first do nothing. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#model.session.release();
    await this.#gradCam?.then(
      (gradCam) => gradCam.dispose(),
      () => {}, // it never opened
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #session(): Session {
    if (!this.#disposed) return this.#model.session;
    throw new PosterError('disposed', `The model ${this.path} was used after dispose(); load it again.`);
  }

  async #run(images: readonly ImageInput[], { embedding, signal }: PredictOptions): Promise<Prediction[]> {
    const session = this.#session();
    const outputs = await session.run(await this.#prepare(images, signal), images.length);
    return toPredictions(outputs, this.labels, embedding);
  }

  async #explain(images: readonly ImageInput[], options: ExplainOptions): Promise<Explanation[]> {
    const { method = 'attention', label, embedding, signal } = options;
    const session = this.#session();
    const asked = this.#classToExplain(method, label);
    const attention = method === 'attention';
    if (attention) requireAttention(session, this.path);
    const input = await this.#prepare(images, signal);
    const outputs = await session.run(input, images.length, { attention });
    if (attention) return explainByAttention(outputs, this.labels, this.network, embedding);
    const gradCam = await this.#openGradCam(signal);
    const each = valuesPerImage(this.network);
    return toPredictions(outputs, this.labels, embedding).map((prediction, i) => {
      const index = asked ?? prediction.index;
      const own = input.subarray(i * each, (i + 1) * each);
      return { method, prediction, label: this.labels[index]!, ...gradCam.explain(own, index) };
    });
  }

  /** What the network takes: images x 3 x imageSize x imageSize. */
  async #prepare(images: readonly ImageInput[], signal: AbortSignal | undefined): Promise<Float32Array> {
    throwIfAborted(signal);
    const decoded = await Promise.all(images.map((image) => decodeInput(image)));
    const input = preprocessAll(decoded, this.#model.preprocessing);
    throwIfAborted(signal);
    return input;
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

  /** Opened on first use, since it holds the weights a second time, and once for all who ask meanwhile. */
  async #openGradCam(signal: AbortSignal | undefined): Promise<GradCam> {
    this.#session(); // nobody would free it after dispose()
    this.#gradCam ??= this.#loadGradCam();
    const gradCam = await unlessAborted(this.#gradCam, signal);
    this.#session();
    return gradCam;
  }

  /** No caller's signal ends it: others may wait for it, too. */
  async #loadGradCam(): Promise<GradCam> {
    try {
      const { openGradCam } = await import('../explain/grad-cam.js');
      return await openGradCam(checkpointFile(this.name));
    } catch (error) {
      this.#gradCam = undefined; // the next who asks may have more luck
      throw error;
    }
  }
}
