/** The model in a page: its network runs in a worker, so the page stays responsive. Browser-safe. */

import { PosterError, throwIfAborted, unlessAborted } from '../errors.js';
import { explainByAttention, requireAttention } from '../explain/attention.js';
import type { Explanation } from '../explain/explanation.js';
import { withDefaultAlignment } from '../faces/align/align.js';
import type { FindFacesOptions } from '../faces/find-faces.js';
import type { Alignment } from '../image/alignment.js';
import type { Preprocessing } from '../image/preprocess.js';
import { defaultAlignmentOf } from '../model/known-alignment.js';
import { defaultModel, isShippedModel } from '../model/shipped-names.js';
import type { NetworkConfig } from '../network/config.js';
import type { ModelOutputs } from '../onnx/session.js';
import { batches } from '../recognise/batches.js';
import { type Prediction, toPredictions } from '../recognise/prediction.js';
import {
  type RecognisedFace,
  type RecogniseFacesOptions,
  recogniseEach,
} from '../recognise/recognise-faces.js';
import { type ImageInput, makeSendable } from './image-input.js';
import type {
  Backend,
  CachePolicy,
  FoundFaces,
  LoadProgress,
  LoadReply,
  LoadRequest,
  ModelOrigin,
  PixelSource,
  Replies,
  Request,
} from './messages.js';
import { startWorker, type WorkerClient } from './worker-client.js';

export interface LoadOptions {
  /** Told while the model downloads and before the network is prepared. */
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
  /** What to do with the model of an earlier load. Default: `revalidate`. */
  readonly cache?: CachePolicy;
  /** Sent with the requests for the model, such as an `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: WebGPU where the browser offers a device, otherwise WebAssembly. */
  readonly backend?: Backend;
  /** Threads of WebAssembly, where the page is cross-origin isolated. Default: half the cores, at most four. */
  readonly threads?: number;
  /** The folder of ONNX Runtime's files, for pages that no bundler builds. */
  readonly runtimeFiles?: string | URL;
  /** Also open the models that find faces, rather than at the first call that needs them. Default false. */
  readonly faces?: boolean;
  /** The folder of blazeface.onnx and facemesh.onnx, for pages that no bundler builds. */
  readonly faceModels?: string | URL;
  /** The address of a YuNet (.onnx) that finds faces. Default: the detector that is built in. */
  readonly detector?: string | URL;
}

export interface PredictOptions {
  /** Also return the embedding of each image. Default false. */
  readonly embedding?: boolean;
  readonly signal?: AbortSignal;
}

export interface PredictBatchOptions extends PredictOptions {
  /** Images run through the network together. Default 8. */
  readonly batchSize?: number;
}

/**
 * A POSTER V2 model loaded in a page.
 *
 * ```ts
 * const poster = await Poster.load(); // the model that comes with this package
 * const { label, probability } = await poster.predict(file);
 * ```
 */
export class Poster implements AsyncDisposable {
  readonly #worker: WorkerClient;
  readonly #loaded: LoadReply;
  #disposed = false;

  private constructor(worker: WorkerClient, loaded: LoadReply) {
    this.#worker = worker;
    this.#loaded = loaded;
  }

  /**
   * Loads the model that comes with this package, or one that `poster export` wrote: from an address, a file the user
   * chose, or bytes.
   *
   * @param source Default: `small`, the name of the model that comes with this package.
   * @throws PosterError `file.missing` when the address gives no file; `checkpoint.unreadable` or
   *   `checkpoint.mismatch` for anything but such a model; `engine.unavailable`; `aborted`.
   */
  static async load(
    source: string | URL | Blob | ArrayBuffer = defaultModel,
    options: LoadOptions = {},
  ): Promise<Poster> {
    const { onProgress = () => {}, signal } = options;
    throwIfAborted(signal);
    const worker = startWorker(onProgress);
    try {
      return new Poster(worker, await unlessAborted(worker.call(loadRequest(source, options)), signal));
    } catch (error) {
      worker.close(disposedError());
      throw error;
    }
  }

  /** Class names in the order of the logits. */
  get labels(): readonly string[] {
    return this.#loaded.card.labels;
  }

  /** The dataset whose class order the model follows, where it is known. */
  get dataset(): string | undefined {
    return this.#loaded.card.dataset;
  }

  /** How the faces that the model learned from were cut out; RAF-DB's alignment where that is not known. */
  get alignment(): Alignment {
    return defaultAlignmentOf(this.network, this.#loaded.card);
  }

  /** The sizes of the network. */
  get network(): NetworkConfig {
    return this.#loaded.card.network;
  }

  /** Height and width of what the network sees, in pixels; images of any size are brought to it. */
  get imageSize(): number {
    return this.network.imageSize;
  }

  /** Whether the network sees colours (`rgb`) or, of every image, its luma (`grey`). */
  get color(): Preprocessing['color'] {
    return this.#loaded.card.preprocessing.color;
  }

  /** What runs the network. */
  get backend(): Backend {
    return this.#loaded.backend;
  }

  /** Whether the model was downloaded, kept from an earlier load, or given as bytes. */
  get origin(): ModelOrigin {
    return this.#loaded.origin;
  }

  /** Whether the model gives its attention, which `explain` maps; old exports lack it. */
  get explains(): boolean {
    return this.#loaded.givesAttention;
  }

  /**
   * Recognises the expression of one face. The image is taken as a face crop, as in the datasets.
   *
   * @throws PosterError `image.unreadable`, `aborted`, `disposed` or `engine.failed`.
   */
  async predict(image: ImageInput, options: PredictOptions = {}): Promise<Prediction> {
    const [prediction] = await this.#predict([image], options);
    return prediction!;
  }

  /** Recognises many faces, yielding in their order. The first unreadable image ends it with an error. */
  async *predictBatch(
    images: Iterable<ImageInput> | AsyncIterable<ImageInput>,
    { batchSize = 8, ...options }: PredictBatchOptions = {},
  ): AsyncGenerator<Prediction> {
    for await (const batch of batches(images, batchSize)) yield* await this.#predict(batch, options);
  }

  /**
   * Maps over one face of what decided its class: the class token's attention. See docs/explain.md for what the
   * values mean; `overlay` lays a map over the face.
   *
   * @throws PosterError as `predict`; `checkpoint.mismatch` for a model exported before it held its attention.
   */
  async explain(image: ImageInput, options: PredictOptions = {}): Promise<Explanation> {
    const [explanation] = await this.#explain([image], options);
    return explanation!;
  }

  /** Explains many faces, yielding in their order. The first unreadable image ends it with an error. */
  async *explainBatch(
    images: Iterable<ImageInput> | AsyncIterable<ImageInput>,
    { batchSize = 8, ...options }: PredictBatchOptions = {},
  ): AsyncGenerator<Explanation> {
    for await (const batch of batches(images, batchSize)) yield* await this.#explain(batch, options);
  }

  /**
   * Finds every face of an ordinary picture and recognises each. A file is turned as its EXIF orientation says. No
   * face is an empty list, no error.
   *
   * @throws PosterError as `predict`; `option.invalid` for an option out of range; `file.missing` when the site does
   *   not serve the models that find faces.
   */
  async recogniseFaces(
    photo: ImageInput,
    { embedding = false, ...options }: RecogniseFacesOptions = {},
  ): Promise<FoundFaces<RecognisedFace>> {
    const found = await this.findFaces(photo, options);
    const { signal } = options;
    const recognising = { embedding, ...(signal && { signal }) };
    return { ...found, faces: await recogniseEach(this, found.faces, recognising) };
  }

  /** Finds every face of an ordinary picture, cut out as the model learned them; see {@link recogniseFaces}. */
  async findFaces(photo: ImageInput, { signal, ...asked }: FindFacesOptions = {}): Promise<FoundFaces> {
    const options = withDefaultAlignment(asked, this.alignment);
    return this.#ask([photo], signal, ([pixels]) => ({ type: 'find-faces', photo: pixels!, options }));
  }

  /** Frees the model's memory; predictions still under way fail. Calls after the first do nothing. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#worker.close(disposedError());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #predict(images: readonly ImageInput[], options: PredictOptions): Promise<Prediction[]> {
    return toPredictions(await this.#run(images, false, options.signal), this.labels, options.embedding);
  }

  async #explain(images: readonly ImageInput[], options: PredictOptions): Promise<Explanation[]> {
    requireAttention(this.#loaded, 'the model');
    const outputs = await this.#run(images, true, options.signal);
    return explainByAttention(outputs, this.labels, this.network, options.embedding);
  }

  #run(
    images: readonly ImageInput[],
    attention: boolean,
    signal: AbortSignal | undefined,
  ): Promise<ModelOutputs> {
    return this.#ask(images, signal, (pixels) => ({ type: 'run', images: pixels, attention }));
  }

  /** Hands images to the worker in a request and waits for its answer. */
  async #ask<R extends Request>(
    images: readonly ImageInput[],
    signal: AbortSignal | undefined,
    request: (pixels: readonly PixelSource[]) => R,
  ): Promise<Replies[R['type']]> {
    throwIfAborted(signal);
    const sendable = await Promise.all(images.map(makeSendable));
    if (this.#disposed) throw disposedError();
    const answer = this.#worker.call(
      request(sendable.map(({ pixels }) => pixels)),
      sendable.flatMap(({ transfer }) => transfer),
    );
    return unlessAborted(answer, signal);
  }
}

function loadRequest(source: string | URL | Blob | ArrayBuffer, options: LoadOptions): LoadRequest {
  const { cache = 'revalidate', headers = {}, backend, threads, runtimeFiles } = options;
  const { faces = false, faceModels, detector } = options;
  const isAddress = !isShippedModel(source) && (typeof source === 'string' || source instanceof URL);
  return {
    type: 'load',
    source: isAddress ? new URL(source, document.baseURI).href : source,
    cache,
    headers,
    backend,
    threads,
    runtimeFiles: folderAddress(runtimeFiles),
    faces,
    faceModels: folderAddress(faceModels),
    detector: detector && new URL(detector, document.baseURI).href,
  };
}

/** A folder's address ends in a slash; without it the last part would be taken for a file. */
function folderAddress(folder: string | URL | undefined): string | undefined {
  return folder && new URL(`${folder}/`.replace(/\/+$/, '/'), document.baseURI).href;
}

function disposedError(): PosterError {
  return new PosterError('disposed', 'The model was used after dispose(); load it again.');
}
