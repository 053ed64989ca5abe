/** How often a model changes its answer along sequences of faces that change little. */
import type { Sample } from '../../data/dataset.js';
import type { RgbImage } from '../../image/rgb-image.js';
import { seededRandom } from '../../tensor/random.js';
import { randomStream } from '../../util/random.js';
import {
  type AlteredFacesOptions,
  answersTo,
  type ImageRecogniser,
  readableFaces,
} from '../altered-faces.js';
import { drawsFrom } from '../corruptions/draws.js';
import { mean } from '../metrics.js';
import type { PerturbationResult } from '../result.js';
import { bootstrap, meanOver } from '../statistics/bootstrap.js';
import { comparedWithFirst, frameCount, perturb } from './raf-db-p.js';

export type PerturbationOptions = AlteredFacesOptions<Pick<Sample, 'path'>>;

/**
 * Recognises every face in every frame of the perturbations; no label is needed.
 * @throws PosterError `data.layout` where no face can be read.
 */
export async function evaluatePerturbations(
  model: ImageRecogniser,
  options: PerturbationOptions,
): Promise<PerturbationResult> {
  const { names, seed = 1 } = options;
  const answers: number[][] = names.map(() => []); // perturbation x (face, frame)
  const perFace = names.length * frameCount;
  const asked = { perFace, verb: 'perturb' };
  let done = 0;
  for await (const { predicted } of answersTo(model, framesOf(options, seed), options, asked)) {
    const perturbation = Math.floor((done % perFace) / frameCount);
    answers[perturbation]!.push(predicted);
    done += 1;
  }
  const faces = done / perFace;
  const shares = names.map((name, i) => flipShares(answers[i]!, comparedWithFirst.has(name)));
  return { seed, faces, ...estimateFlips(names, shares, faces) };
}

async function* framesOf(options: PerturbationOptions, seed: number): AsyncGenerator<RgbImage> {
  for await (const { face, place } of readableFaces(options))
    for (const name of options.names) yield* perturbed(face, name, seed, place);
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
    const rates = shares.map((own) => meanOver(own, images));
    return [...rates, mean(rates)];
  };
  const estimates = bootstrap(faces, means, { random: seededRandom(1), resamples: 1000 });
  return {
    perturbations: names.map((name, i) => ({ name, flipRate: estimates[i]! })),
    meanFlipRate: estimates.at(-1)!,
  };
}
