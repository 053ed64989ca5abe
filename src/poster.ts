import { PosterError, throwIfAborted } from './errors.js';
import { type EvaluateOptions, type EvaluationOutcome, evaluate } from './evaluate/evaluate.js';
import { decodeImage } from './image/decode.js';
import { preprocess } from './image/preprocess.js';
import type { RgbImage } from './image/rgb-image.js';
import { type LoadedModel, type LoadOptions, loadModel } from './model/load-model.js';
import { imageSize, type NetworkConfig } from './network/config.js';
import type { Session } from './onnx/runtime.js';
import { batches } from './recognise/batches.js';
import { type Prediction, toPrediction } from './recognise/prediction.js';
import {
  type FileResult,
  type RecogniseFilesOptions,
  type Recogniser,
  recogniseFiles,
} from './recognise/recognise-files.js';

/** An image by its file's path, by the bytes of such a file, or decoded. */
export type ImageInput = string | Uint8Array | RgbImage;

export interface PredictOptions {
  /** Also return the embedding of each image. Default false. */
  readonly embedding?: boolean;
  readonly signal?: AbortSignal;
}

export interface PredictBatchOptions extends PredictOptions {
  /** Images run through the network together. Default 8. */
  readonly batchSize?: number;
}

const valuesPerImage = 3 * imageSize * imageSize;

/**
 * A loaded POSTER V2 model.
 *
 * ```ts
 * await using poster = await Poster.load('raf-db.pth');
 * const { label, probability } = await poster.predict('face.jpg');
 * ```
 */
export class Poster implements Recogniser, AsyncDisposable {
  readonly #model: LoadedModel;
  #disposed = false;

  private constructor(model: LoadedModel) {
    this.#model = model;
  }

  /**
   * Loads a PyTorch checkpoint (.pth, .pth.tar), a safetensors file or an ONNX model written by `poster export`.
   *
   * @throws PosterError `file.missing`; `checkpoint.unreadable` for damaged, hostile or foreign files;
   *   `checkpoint.mismatch` for sound files that hold another network.
   */
  static async load(path: string, options: LoadOptions = {}): Promise<Poster> {
    return new Poster(await loadModel(path, options));
  }

  /** Class names in the order of the logits. */
  get labels(): readonly string[] {
    return this.#model.labels.labels;
  }

  /** Where the class names come from and the dataset whose order they follow. */
  get labelOrigin(): Omit<LoadedModel['labels'], 'labels'> {
    return this.#model.labels;
  }

  /** The sizes of the network. */
  get network(): NetworkConfig {
    return this.#model.network;
  }

  /** The file the model was loaded from. */
  get path(): string {
    return this.#model.path;
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
    return recogniseFiles(this.#session(), this.labels, paths, options);
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
    throwIfAborted(signal);
    const decoded = await Promise.all(images.map(decodeInput));
    const input = new Float32Array(decoded.length * valuesPerImage);
    decoded.forEach((image, i) => {
      preprocess(image, input, i * valuesPerImage);
    });
    throwIfAborted(signal);
    const outputs = await session.run(input, decoded.length);
    const classes = this.labels.length;
    const width = this.network.embedding;
    return decoded.map((_, i) =>
      toPrediction(
        outputs.logits.slice(i * classes, (i + 1) * classes),
        this.labels,
        embedding ? outputs.embeddings.slice(i * width, (i + 1) * width) : undefined,
      ),
    );
  }
}

async function decodeInput(image: ImageInput): Promise<RgbImage> {
  if (typeof image === 'string' || image instanceof Uint8Array) return decodeImage(image);
  const { width, height, data } = image;
  if (width >= 1 && height >= 1 && data?.length === width * height * 3) return image;
  throw new PosterError(
    'image.unreadable',
    `Expected an image as a path, the bytes of a file, or { width, height, data } with width x height x 3 bytes; got ${width} x ${height} with ${data?.length ?? 'no'} bytes.`,
  );
}
