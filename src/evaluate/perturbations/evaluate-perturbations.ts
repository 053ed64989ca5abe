/** How often a model changes its answer along sequences of faces that change little. */
import type { Sample } from '../../data/dataset.js';
import { PosterError, throwIfAborted } from '../../errors.js';
import { decodeImage } from '../../image/decode/decode.js';
import { isUnreadable } from '../../image/decode/is-unreadable.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { seededRandom } from '../../tensor/random.js';
import { randomStream } from '../../util/random.js';
import { drawsFrom } from '../corruptions/draws.js';
import { answerOf, type ImageRecogniser } from '../corruptions/evaluate-corruptions.js';
import type { PerturbationResult } from '../result.js';
import { bootstrap } from '../statistics/bootstrap.js';
import { comparedWithFirst, frameCount, perturb, perturbationNames } from './raf-db-p.js';

export interface PerturbationOptions {
  readonly samples: readonly Pick<Sample, 'path'>[];
  readonly names: readonly string[];
  /** Brings logits to the classes that are judged, where these are not the model's. */
  readonly logitsOf?: ((logits: Float32Array) => Float32Array) | undefined;
  /** Decides all that is random: a face and a perturbation always draw the same numbers. Default 1. */
  readonly seed?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Recognises every face in every frame of the perturbations; no label is needed.
 * @throws PosterError `data.layout` where no face can be read.
 */
export async function evaluatePerturbations(
  model: ImageRecogniser,
  options: PerturbationOptions,
): Promise<PerturbationResult> {
  const { names, samples, seed = 1, batchSize = 16, signal, onProgress, logitsOf } = options;
  const answers: number[][] = names.map(() => []); // perturbation x (face, frame)
  const perFace = names.length * frameCount;
  let done = 0;
  for await (const prediction of model.predictBatch(framesOf(options, seed), {
    batchSize,
    ...(signal && { signal }),
  })) {
    const perturbation = Math.floor((done % perFace) / frameCount);
    answers[perturbation]!.push(answerOf(prediction, logitsOf).predicted);
    done += 1;
    onProgress?.(done, samples.length * perFace);
  }
  if (done === 0)
    throw new PosterError(
      'data.layout',
      'Expected at least one readable image to perturb, got none; check the dataset.',
    );
  const faces = done / perFace;
  const shares = names.map((name, i) => flipShares(answers[i]!, comparedWithFirst.has(name)));
  return { seed, faces, ...estimateFlips(names, shares, faces) };
}

async function* framesOf(
  { samples, names, signal }: PerturbationOptions,
  seed: number,
): AsyncGenerator<RgbImage> {
  for (const [place, { path }] of samples.entries()) {
    throwIfAborted(signal);
    const face = await decodeImage(path).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
      return undefined;
    });
    if (face) for (const name of names) yield* perturbed(face, name, seed, place);
  }
}

/** The frames of a face; the numbers drawn are its own, whatever else is asked for. */
export function perturbed(face: RgbImage, name: string, seed: number, place: number): Generator<RgbImage> {
  return perturb(face, name, drawsFrom(randomStream(seed, `sequence ${name}`, place)));
}

/** For each face the share of frames, but for the first, whose answer is another than the first's or the previous one's. */
export function flipShares(answers: readonly number[], withFirst: boolean): Float64Array {
  const shares = new Float64Array(answers.length / frameCount);
  for (let face = 0; face < shares.length; face++) {
    const own = answers.slice(face * frameCount, (face + 1) * frameCount);
    const flips = own.filter((answer, i) => i > 0 && answer !== own[withFirst ? 0 : i - 1]).length;
    shares[face] = flips / (frameCount - 1);
  }
  return shares;
}

/** Flip rates and their mean over the perturbations, with intervals over faces. */
function estimateFlips(names: readonly string[], shares: readonly Float64Array[], faces: number) {
  const means = (images: Uint32Array) => {
    const rates = shares.map((own) => images.reduce((sum, face) => sum + own[face]!, 0) / faces);
    return [...rates, rates.reduce((sum, rate) => sum + rate, 0) / rates.length];
  };
  const estimates = bootstrap(faces, means, { random: seededRandom(1), resamples: 1000 });
  return {
    perturbations: names.map((name, i) => ({ name, flipRate: estimates[i]! })),
    meanFlipRate: estimates.at(-1)!,
  };
}

/**
 * Flip rates as parts of another model's on the same faces, averaged over the perturbations (the mean flip rate of
 * Hendrycks and Dietterich); null where the other never changes its answer in one of them.
 * @throws PosterError `data.layout` where the other was judged on other faces or perturbations.
 */
export function relativeFlips(
  { faces, perturbations }: PerturbationResult,
  reference: PerturbationResult,
  where: string,
): number | null {
  const names = (result: Pick<PerturbationResult, 'perturbations'>) =>
    result.perturbations.map(({ name }) => name).join();
  if (faces !== reference.faces || names({ perturbations }) !== names(reference))
    throw new PosterError(
      'data.layout',
      `Expected ${where} to be of the same faces and perturbations, but it is of ${reference.faces} faces and ${reference.perturbations.length} perturbations; evaluate the reference in the same way.`,
    );
  const ratios = perturbations.map(
    ({ flipRate }, i) => flipRate.value / reference.perturbations[i]!.flipRate.value,
  );
  return ratios.every(Number.isFinite) ? ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length : null;
}

/**
 * The perturbations that a text names: `all`, `raf-db-p`, or names between commas.
 * @throws PosterError `option.invalid` listing the known ones.
 */
export function parsePerturbations(text: string): readonly string[] {
  if (['all', 'raf-db-p'].includes(text.toLowerCase())) return perturbationNames;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !perturbationNames.includes(name));
  if (unknown === undefined) return [...new Set(names)];
  throw new PosterError(
    'option.invalid',
    `Expected raf-db-p, all or names of perturbations (${perturbationNames.join(', ')}) for --perturbations, got "${unknown}".`,
  );
}
