/** The model in a page: its network runs in a worker, so the page stays responsive. Browser-safe. */

import { type ModelFacts, PosterCore, type RunRequest } from '../core/poster-core.js';
import { PosterError, throwIfAborted, unlessAborted } from '../errors.js';
import type { FindFacesOptions, FoundFaces } from '../faces/find-faces.js';
import { defaultAlignmentOf } from '../model/known-alignment.js';
import { preprocessingOf } from '../model/model-card.js';
import { defaultModel, isShippedModel } from '../model/shipped-names.js';
import type { ModelOutputs } from '../onnx/session.js';
import { describeGiven, requireOptions } from '../util/given.js';
import { type ImageInput, makeSendable } from './image-input.js';
import type { Backend, CachePolicy, LoadProgress, LoadReply, LoadRequest, ModelOrigin } from './messages.js';
import { startWorker, type WorkerClient } from './worker-client.js';

/** How {@link Poster.load} fetches and opens a model. */
export interface LoadOptions {
  /** Told while the model downloads and before the network is prepared. */
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal;
  /** What to do with the model of an earlier load. Default: `revalidate`. */
  readonly cache?: CachePolicy;
  /** Sent with the requests for the model, such as an `authorization`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: where the browser offers WebGPU on a device, the faster of the two, found at the first load; else WebAssembly. */
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

const loadKinds = {
  onProgress: 'a function',
  signal: 'an AbortSignal',
  headers: 'an object',
  threads: 'a whole number of at least 1',
  faces: 'true or false',
} as const;

/**
 * A POSTER V2 model loaded in a page.
 *
 * ```ts
 * const poster = await Poster.load(); // the model that comes with this package
 * const { label, probability } = await poster.predict(file);
 * ```
 */
export class Poster extends PosterCore<ImageInput> {
  readonly #worker: WorkerClient;
  readonly #loaded: LoadReply;

  private constructor(worker: WorkerClient, loaded: LoadReply, path: string | undefined) {
    super(factsOf(loaded, path));
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
    requireSource(source);
    const { onProgress, signal } = requireOptions(options, 'Poster.load', loadKinds);
    throwIfAborted(signal);
    const request = loadRequest(source, options);
    const worker = startWorker();
    try {
      const loaded = await unlessAborted(worker.ask('load', request, { onEvent: onProgress }), signal);
      return new Poster(worker, loaded, typeof request.source === 'string' ? request.source : undefined);
    } catch (error) {
      worker.close(new PosterError('aborted', 'The model could not be loaded.'));
      throw error;
    }
  }

  /** What runs the network. */
  get backend(): Backend {
    return this.#loaded.backend;
  }

  /** Whether the model was downloaded, kept from an earlier load, or given as bytes. */
  get origin(): ModelOrigin {
    return this.#loaded.origin;
  }

  protected async run(
    { images, attention }: RunRequest<ImageInput>,
    signal: AbortSignal | undefined,
  ): Promise<ModelOutputs> {
    const sendable = await Promise.all(images.map(makeSendable));
    this.requireOpen();
    const transfer = sendable.flatMap((one) => one.transfer);
    const request = { images: sendable.map(({ pixels }) => pixels), attention };
    return this.#worker.ask('run', request, { transfer, signal });
  }

  protected async find(
    photo: ImageInput,
    options: Omit<FindFacesOptions, 'signal'>,
    signal: AbortSignal | undefined,
  ): Promise<FoundFaces> {
    const { pixels, transfer } = await makeSendable(photo);
    this.requireOpen();
    return this.#worker.ask('findFaces', { photo: pixels, options }, { transfer, signal });
  }

  /** Predictions still under way fail. */
  protected async release(): Promise<void> {
    this.#worker.close(this.disposedError());
  }
}

function factsOf({ card, givesAttention }: LoadReply, path: string | undefined): ModelFacts {
  const { labels, dataset, network, temperature = 1 } = card;
  const alignment = defaultAlignmentOf(network, card);
  const preprocessing = preprocessingOf(network, card);
  return { path, labels, dataset, alignment, network, preprocessing, temperature, givesAttention };
}

/** @throws PosterError `option.invalid` */
function requireSource(source: unknown): void {
  if (typeof source === 'string' || /^\[object (URL|Blob|File|ArrayBuffer)\]$/.test(tagOf(source))) return;
  throw new PosterError(
    'option.invalid',
    `Expected a model as an address, a Blob or File, or an ArrayBuffer, got ${describeGiven(source)}.`,
  );
}

const tagOf = (value: unknown) => Object.prototype.toString.call(value);

function loadRequest(source: string | URL | Blob | ArrayBuffer, options: LoadOptions): LoadRequest {
  const { cache = 'revalidate', headers = {}, backend, threads, runtimeFiles } = options;
  const { faces = false, faceModels, detector } = options;
  const isAddress = !isShippedModel(source) && (typeof source === 'string' || source instanceof URL);
  return {
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
