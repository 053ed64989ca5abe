/** Whether two model files say the same about the same images. */

import { Poster } from '../core/poster.js';
import { PosterError } from '../errors.js';
import type { ImageInput } from '../image/decode/decode-input.js';
import type { LoadOptions } from '../model/load-model.js';
import type { Prediction } from '../recognise/prediction.js';

/** How well an exported model agrees with its checkpoint on the same images. */
export interface Agreement {
  readonly images: number;
  /** Images on which both name the same class. */
  readonly sameClass: number;
  /** The largest difference of any class's probability on any image. */
  readonly largestDifference: number;
}

/** Runs both models on the images. `source`: what the source's classes and temperature are, whatever it says itself. */
export async function compareModels(
  source: string,
  result: string,
  images: readonly ImageInput[],
  as: { readonly labels: readonly string[]; readonly temperature?: number | undefined },
): Promise<Agreement> {
  const { labels, temperature = 1 } = as;
  const expected = await predictAll(source, images, { labels, temperature });
  const actual = await predictAll(result, images);
  const differences = expected.map((prediction, i) => largestDifference(prediction, actual[i]!));
  return {
    images: images.length,
    sameClass: expected.filter(({ index }, i) => index === actual[i]!.index).length,
    largestDifference: Math.max(...differences), // NaN if any is
  };
}

async function predictAll(
  path: string,
  images: readonly ImageInput[],
  options: LoadOptions = {},
): Promise<Prediction[]> {
  await using poster = await Poster.load(path, options);
  const predictions: Prediction[] = [];
  for await (const prediction of poster.predictBatch(images)) predictions.push(prediction);
  return predictions;
}

function largestDifference(a: Prediction, b: Prediction): number {
  return Math.max(
    ...Object.entries(a.probabilities).map(([label, value]) => Math.abs(value - b.probabilities[label]!)),
  );
}

/** @throws PosterError `verification.failed` when probabilities differ by more than `tolerance` (or are not numbers). */
export function requireAgreement(
  agreement: Agreement,
  tolerance: number,
  source: string,
  output: string,
): void {
  if (agreement.largestDifference <= tolerance) return;
  throw new PosterError(
    'verification.failed',
    `Expected ${output} to give the probabilities of ${source} within ${tolerance}, but they differ by ${agreement.largestDifference.toPrecision(3)} on ${agreement.images} images (${agreement.sameClass} still get the same class); nothing was written.`,
  );
}
