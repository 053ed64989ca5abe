/** What a loaded model does, whatever runs it: the part that Node and browsers share. Browser-safe. */
/// <reference lib="esnext.disposable" preserve="true" />
import { PosterError, throwIfAborted, unlessAborted } from '../errors.js';
import { explainByAttention, requireAttention } from '../explain/attention.js';
import type { Explanation } from '../explain/explanation.js';
import { withDefaultAlignment } from '../faces/align/align.js';
import { type FindFacesOptions, type FoundFaces, receivedFaces } from '../faces/find-faces.js';
import type { Alignment } from '../image/alignment.js';
import type { Preprocessing } from '../image/preprocess.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { NetworkConfig } from '../network/config.js';
import type { ModelOutputs } from '../onnx/session.js';
import { batches } from '../recognise/batches.js';
import { type Prediction, toPredictions } from '../recognise/prediction.js';
import {
  type RecognisedFace,
  type RecogniseFacesOptions,
  recogniseEach,
} from '../recognise/recognise-faces.js';
import { requireOptions } from '../util/given.js';

/** How `predict` recognises a face. */
export interface PredictOptions {
  /** Also return the embedding of each image. Default false. */
  readonly embedding?: boolean;
  readonly signal?: AbortSignal;
}

/** How `predictBatch` recognises many faces. */
export interface PredictBatchOptions extends PredictOptions {
  /** Images run through the network together. Default 8. */
  readonly batchSize?: number;
}

/** What is known of a loaded model. Can be sent between threads. */
export interface ModelFacts {
  /** The file or address it was loaded from, where it was one. */
  readonly path?: string | undefined;
  readonly labels: readonly string[];
  readonly dataset?: string | undefined;
  readonly alignment: Alignment;
  readonly network: NetworkConfig;
  readonly preprocessing: Preprocessing;
  readonly temperature: number;
  readonly givesAttention: boolean;
}

/** What a model is run on. */
export interface RunRequest<Image> {
  readonly images: readonly Image[];
  /** Also fetch the attention. */
  readonly attention: boolean;
}

const predictKinds = { embedding: 'true or false', signal: 'an AbortSignal' } as const;
const batchKinds = { ...predictKinds, batchSize: 'a whole number of at least 1' } as const;

/**
 * What the `Poster` of Node and that of browsers have in common, for code that takes either. `Image`: the forms that
 * images may have beside decoded pixels.
 */
export abstract class PosterCore<Image, Explain extends PredictOptions = PredictOptions>
  implements AsyncDisposable
{
  protected readonly facts: ModelFacts;
  #disposed = false;

  protected constructor(facts: ModelFacts) {
    if (!facts?.labels)
      throw new PosterError('option.invalid', 'Expected `await Poster.load(model)`, got new Poster().');
    this.facts = facts;
  }

  /** Runs images of any size and form through the network. */
  protected abstract run(
    request: RunRequest<Image | RgbImage>,
    signal: AbortSignal | undefined,
  ): Promise<ModelOutputs>;

  protected abstract find(
    photo: Image | RgbImage,
    options: Omit<FindFacesOptions, 'signal'>,
    signal: AbortSignal | undefined,
  ): Promise<FoundFaces>;

  /** Frees the model's memory; called once. */
  protected abstract release(): Promise<void>;

  /** Class names in the order of the logits. */
  get labels(): readonly string[] {
    return this.facts.labels;
  }

  /** The dataset whose class order the model follows, where it is known. */
  get dataset(): string | undefined {
    return this.facts.dataset;
  }

  /** How the faces that the model learned from were cut out; RAF-DB's alignment where that is not known. */
  get alignment(): Alignment {
    return this.facts.alignment;
  }

  /** The sizes of the network. */
  get network(): NetworkConfig {
    return this.facts.network;
  }

  /** Height and width of what the network sees, in pixels; images of any size are brought to it. */
  get imageSize(): number {
    return this.facts.preprocessing.size;
  }

  /** Whether the network sees colours (`rgb`) or, of every image, its luma (`grey`). */
  get color(): Preprocessing['color'] {
    return this.facts.preprocessing.color;
  }

  /** What the logits have been divided by, so that confidence matches accuracy; 1 where it was not calibrated. */
  get temperature(): number {
    return this.facts.temperature;
  }

  /** Whether the model gives its attention, which `explain` maps by default; old exports lack it. */
  get explains(): boolean {
    return this.facts.givesAttention;
  }

  /**
   * Recognises the expression of one face. The image is taken as a face crop, as in the datasets.
   *
   * @throws PosterError `image.unreadable`, `aborted`, `disposed` or `engine.failed`; in Node also `file.missing`.
   */
  async predict(image: Image | RgbImage, options: PredictOptions = {}): Promise<Prediction> {
    requireOptions(options, 'predict', predictKinds);
    const [prediction] = await this.#predict([image], options);
    return prediction!;
  }

  /**
   * Recognises many faces, yielding in their order: the next batch is asked for when the last one is taken. The
   * first unreadable image ends it with an error.
   */
  async *predictBatch(
    images: Iterable<Image | RgbImage> | AsyncIterable<Image | RgbImage>,
    asked: PredictBatchOptions = {},
  ): AsyncGenerator<Prediction> {
    const { batchSize = 8, ...options } = requireOptions(asked, 'predictBatch', batchKinds);
    for await (const batch of batches(images, batchSize)) yield* await this.#predict(batch, options);
  }

  /**
   * Maps over one face of what decided its class: the class token's attention, unless the options say otherwise.
   * See docs/explain.md for what the values mean; `overlay` lays a map over the face.
   *
   * @throws PosterError as `predict`; `checkpoint.mismatch` for a model exported before it held its attention.
   */
  async explain(image: Image | RgbImage, options: Explain = {} as Explain): Promise<Explanation> {
    requireOptions<PredictOptions>(options, 'explain', predictKinds);
    const [explanation] = await this.explainAll([image], options);
    return explanation!;
  }

  /** Explains many faces, yielding in their order. The first that fails ends it with an error. */
  async *explainBatch(
    images: Iterable<Image | RgbImage> | AsyncIterable<Image | RgbImage>,
    asked: Explain & PredictBatchOptions = {} as Explain,
  ): AsyncGenerator<Explanation> {
    requireOptions<PredictBatchOptions>(asked, 'explainBatch', batchKinds);
    const { batchSize = 8, ...options } = asked;
    for await (const batch of batches(images, batchSize))
      yield* await this.explainAll(batch, options as unknown as Explain);
  }

  /**
   * Finds every face of an ordinary picture and recognises each. A file is turned as its EXIF orientation says. No
   * face is an empty list, no error.
   *
   * @throws PosterError as `predict`; `option.invalid` for an option out of range; in a browser `file.missing` when
   *   the site does not serve the models that find faces.
   */
  async recognise(
    photo: Image | RgbImage,
    asked: RecogniseFacesOptions = {},
  ): Promise<FoundFaces<RecognisedFace>> {
    const { embedding = false, ...options } = requireOptions(asked, 'recognise', predictKinds);
    const found = await this.findFaces(photo, options);
    const { signal } = options;
    const recognising = { embedding, ...(signal && { signal }) };
    return { ...found, faces: await recogniseEach(this, found.faces, recognising) };
  }

  /** Finds every face of an ordinary picture, cut out as the model learned them; see {@link recognise}. */
  async findFaces(photo: Image | RgbImage, given: FindFacesOptions = {}): Promise<FoundFaces> {
    const { signal, ...asked } = requireOptions(given, 'findFaces', { signal: 'an AbortSignal' });
    const options = withDefaultAlignment(asked, this.alignment);
    const found = await this.whileOpen(signal, () => this.find(photo, options, signal));
    return { ...found, faces: receivedFaces(found.faces) };
  }

  /** Frees the model's memory. Calls after the first do nothing. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Explains a batch by its attention. */
  protected async explainAll(
    images: readonly (Image | RgbImage)[],
    { embedding, signal }: PredictOptions,
  ): Promise<Explanation[]> {
    this.requireOpen();
    requireAttention(this.facts, this.facts.path ?? 'the model');
    const outputs = await this.#outputs({ images, attention: true }, signal);
    return explainByAttention(outputs, this.labels, this.network, embedding);
  }

  async #predict(images: readonly (Image | RgbImage)[], { embedding, signal }: PredictOptions) {
    const outputs = await this.#outputs({ images, attention: false }, signal);
    return toPredictions(outputs, this.labels, embedding);
  }

  #outputs(request: RunRequest<Image | RgbImage>, signal: AbortSignal | undefined): Promise<ModelOutputs> {
    return this.whileOpen(signal, () => this.run(request, signal));
  }

  /** Does work with the model, waiting for it no longer when the signal fires. */
  protected async whileOpen<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    this.requireOpen();
    throwIfAborted(signal);
    return unlessAborted(work(), signal);
  }

  /** @throws PosterError `disposed` */
  protected requireOpen(): void {
    if (this.#disposed) throw this.disposedError();
  }

  protected disposedError(): PosterError {
    const model = ['The model', this.facts.path].filter(Boolean).join(' ');
    return new PosterError('disposed', `${model} was used after dispose(); load it again.`);
  }
}
