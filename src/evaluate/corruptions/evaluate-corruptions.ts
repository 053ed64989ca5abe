/** Evaluates a model on faces that were made worse in every way and degree. */
import type { Sample } from '../../data/dataset.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { randomStream } from '../../util/random.js';
import {
  type AlteredFacesOptions,
  answersTo,
  type ImageRecogniser,
  readableFaces,
} from '../altered-faces.js';
import type { LabelledPrediction } from '../calibration.js';
import type { CorruptionResult } from '../result.js';
import { drawsFrom } from './draws.js';
import { corrupt, type Severity } from './raf-db-c.js';
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
  const answers: LabelledPrediction[][] = versions.map(() => []);
  const labels: number[] = [];
  const images = versionsOf(options, versions, seed, labels);
  const asked = { perFace: versions.length, verb: 'corrupt' };
  let done = 0;
  for await (const answer of answersTo(model, images, options, asked)) {
    const label = labels[Math.floor(done / versions.length)]!;
    answers[done % versions.length]!.push({ label, ...answer });
    done += 1;
  }
  return summariseCorruptions(names, levels, seed, answers);
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
