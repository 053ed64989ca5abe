/** Judges a model on faces that were made worse in every way and degree. */
import type { Sample } from '../../data/dataset.js';
import { PosterError, throwIfAborted } from '../../errors.js';
import { decodeImage } from '../../image/decode/decode.js';
import { isUnreadable } from '../../image/decode/is-unreadable.js';
import type { RgbImage } from '../../image/rgb-image.js';
import type { Prediction } from '../../recognise/prediction.js';
import { argmax, logSumExp } from '../../tensor/logits.js';
import { randomStream } from '../../util/random.js';
import type { Judged } from '../calibration.js';
import type { CorruptionFigures, CorruptionResult } from '../result.js';
import { drawsFrom } from './draws.js';
import { corrupt, corruptionNames, type Severity, severities } from './raf-db-c.js';
import { mean, summariseCorruptions } from './summarise-corruptions.js';

/** What predicts images; `Poster` does. */
export interface ImageRecogniser {
  predictBatch(
    images: AsyncIterable<RgbImage>,
    options?: { readonly batchSize?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<Prediction>;
}

export interface CorruptionOptions {
  /** The faces, with their class indices in the model's order. */
  readonly samples: readonly Pick<Sample, 'path' | 'label'>[];
  readonly names: readonly string[];
  readonly severities: readonly Severity[];
  /** Brings logits to the classes of the labels, where these are not the model's. */
  readonly logitsOf?: ((logits: Float32Array) => Float32Array) | undefined;
  /** Decides all that is random: an image, a corruption and a severity always draw the same numbers. Default 1. */
  readonly seed?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Recognises every face clean and in every corruption and severity.
 * @throws PosterError `data.layout` where no face can be read.
 */
export async function evaluateCorruptions(
  model: ImageRecogniser,
  options: CorruptionOptions,
): Promise<CorruptionResult> {
  const { names, severities: levels, samples, seed = 1, batchSize = 16 } = options;
  const { signal, onProgress, logitsOf } = options;
  const versions = [undefined, ...names.flatMap((name) => levels.map((severity) => ({ name, severity })))];
  const judged: Judged[][] = versions.map(() => []);
  const labels: number[] = [];
  const images = versionsOf(options, versions, seed, labels);
  let done = 0;
  for await (const prediction of model.predictBatch(images, {
    batchSize,
    ...(signal && { signal }),
  })) {
    const label = labels[Math.floor(done / versions.length)]!;
    judged[done % versions.length]!.push({ label, ...answerOf(prediction, logitsOf) });
    done += 1;
    onProgress?.(done, samples.length * versions.length);
  }
  if (done === 0)
    throw new PosterError(
      'data.layout',
      'Expected at least one readable image to corrupt, got none; check the dataset.',
    );
  return summariseCorruptions(names, levels, seed, judged);
}

/** The answer and its probabilities, in the classes of the labels. */
export function answerOf(
  { index, probabilities, logits }: Pick<Prediction, 'index' | 'probabilities' | 'logits'>,
  logitsOf?: (logits: Float32Array) => Float32Array,
): Omit<Judged, 'label'> {
  if (!logitsOf) {
    const shares = Float64Array.from(probabilities, ({ probability }) => probability);
    return { predicted: index, probabilities: shares };
  }
  const common = logitsOf(logits);
  const normaliser = logSumExp(common);
  const shares = Float64Array.from(common, (logit) => Math.exp(logit - normaliser));
  return { predicted: argmax(common), probabilities: shares };
}

/** Each face in all its versions, the clean one first; labels are added as faces are read. */
async function* versionsOf(
  { samples, signal }: CorruptionOptions,
  versions: readonly ({ name: string; severity: Severity } | undefined)[],
  seed: number,
  labels: number[],
): AsyncGenerator<RgbImage> {
  for (const [place, { path, label }] of samples.entries()) {
    throwIfAborted(signal);
    const face = await decodeImage(path).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return undefined;
    });
    if (!face) continue;
    labels.push(label);
    for (const version of versions)
      yield version ? await corrupted(face, version.name, version.severity, seed, place) : face;
  }
}

/** A face made worse; the numbers drawn are its own, whatever else is asked for. */
export function corrupted(
  face: RgbImage,
  name: string,
  severity: Severity,
  seed: number,
  place: number,
): Promise<RgbImage> {
  return corrupt(face, name, severity, drawsFrom(randomStream(seed, name, severity, place)));
}

/**
 * Errors as parts of another model's on the same faces, averaged over the corruptions: below 1 this one is better
 * (mean corruption error of Hendrycks and Dietterich), and the same of how much the error rises above that of clean
 * faces. Null where the other has no error or no rise to compare with.
 *
 * @throws PosterError `data.layout` where the other was judged on other faces, corruptions or severities.
 */
export function relativeErrors(
  result: CorruptionResult,
  reference: CorruptionResult,
  where: string,
): { meanCorruptionError: number | null; relativeError: number | null } {
  const shape = ({ faces, corruptions }: CorruptionResult) =>
    `${faces} faces, ${corruptions.map(({ name, severities: own }) => `${name} ${own.map(({ severity }) => severity)}`)}`;
  if (shape(result) !== shape(reference))
    throw new PosterError(
      'data.layout',
      `Expected ${where} to be of the same faces, corruptions and severities, but it is of ${reference.faces} faces and ${reference.corruptions.length} corruptions; evaluate the reference in the same way.`,
    );
  const ratios = (of: (figures: CorruptionFigures) => number) => {
    const parts = result.corruptions.map((own, i) => of(own) / of(reference.corruptions[i]!));
    return parts.every(Number.isFinite) ? mean(parts) : null;
  };
  return {
    meanCorruptionError: ratios(({ error }) => error),
    relativeError: reference.corruptions.every(({ rise }) => rise > 0) ? ratios(({ rise }) => rise) : null,
  };
}

/**
 * The corruptions that a text names: `all`, `raf-db-c`, or names between commas.
 * @throws PosterError `option.invalid` listing the known ones.
 */
export function parseCorruptions(text: string): readonly string[] {
  if (['all', 'raf-db-c'].includes(text.toLowerCase())) return corruptionNames;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !corruptionNames.includes(name));
  if (unknown === undefined) return [...new Set(names)];
  throw new PosterError(
    'option.invalid',
    `Expected raf-db-c, all or names of corruptions (${corruptionNames.join(', ')}) for --corruptions, got "${unknown}".`,
  );
}

/**
 * The severities that a text names: `3`, `1-5` or `1,5`.
 * @throws PosterError `option.invalid`.
 */
export function parseSeverities(text: string): readonly Severity[] {
  const [, from, to] = /^([1-5])-([1-5])$/.exec(text.trim()) ?? [];
  const wanted = from
    ? severities.filter((one) => one >= Number(from) && one <= Number(to))
    : text.split(',').map(Number);
  const known = severities.filter((one) => wanted.includes(one));
  if (known.length > 0 && wanted.every((one) => severities.some((severity) => severity === one)))
    return known;
  throw new PosterError(
    'option.invalid',
    `Expected severities from 1 to 5, such as 3 or 1-5, for --severity, got "${text}".`,
  );
}
