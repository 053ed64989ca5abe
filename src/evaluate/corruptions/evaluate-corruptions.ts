/** Judges a model on faces that were made worse in every way and degree. */
import type { Sample } from '../../data/dataset.js';
import { PosterError } from '../../errors.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { randomStream } from '../../util/random.js';
import {
  type AlteredFacesOptions,
  answersTo,
  type ImageRecogniser,
  meanRatio,
  parseAlterations,
  readableFaces,
} from '../altered-faces.js';
import type { Judged } from '../calibration.js';
import type { CorruptionFigures, CorruptionResult } from '../result.js';
import { drawsFrom } from './draws.js';
import { corrupt, corruptionNames, type Severity, severities } from './raf-db-c.js';
import { summariseCorruptions } from './summarise-corruptions.js';

/** The faces come with their class indices in the model's order. */
export interface CorruptionOptions extends AlteredFacesOptions<Pick<Sample, 'path' | 'label'>> {
  readonly severities: readonly Severity[];
}

/**
 * Recognises every face clean and in every corruption and severity.
 * @throws PosterError `data.layout` where no face can be read.
 */
export async function evaluateCorruptions(
  model: ImageRecogniser,
  options: CorruptionOptions,
): Promise<CorruptionResult> {
  const { names, severities: levels, seed = 1 } = options;
  const versions = [undefined, ...names.flatMap((name) => levels.map((severity) => ({ name, severity })))];
  const judged: Judged[][] = versions.map(() => []);
  const labels: number[] = [];
  const images = versionsOf(options, versions, seed, labels);
  const asked = { perFace: versions.length, verb: 'corrupt' };
  let done = 0;
  for await (const answer of answersTo(model, images, options, asked)) {
    const label = labels[Math.floor(done / versions.length)]!;
    judged[done % versions.length]!.push({ label, ...answer });
    done += 1;
  }
  return summariseCorruptions(names, levels, seed, judged);
}

/** Each face in all its versions, the clean one first; labels are added as faces are read. */
async function* versionsOf(
  options: CorruptionOptions,
  versions: readonly ({ name: string; severity: Severity } | undefined)[],
  seed: number,
  labels: number[],
): AsyncGenerator<RgbImage> {
  for await (const { face, sample, place } of readableFaces(options)) {
    labels.push(sample.label);
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
  const ratios = (of: (figures: CorruptionFigures) => number) =>
    meanRatio(result.corruptions.map(of), reference.corruptions.map(of));
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
  return parseAlterations(text, { kind: 'corruptions', set: 'raf-db-c', known: corruptionNames });
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
