/** The images of each optimiser step, as they come from the loader. */
import type { ImageBatch, ImageLoader } from '../data/loader.js';
import { PosterError } from '../errors.js';
import { valuesPerImage } from '../network/config.js';
import type { EpochPlan } from './epoch-plan.js';
import type { Team } from './team.js';

/** Images that pass the network at once. */
export interface HostBatch {
  /** count x 3 x 224 x 224; written over when the next step is asked for. */
  readonly images: Float32Array;
  readonly labels: BigInt64Array;
}

export interface StepImages {
  /** None where so few images could be read that there is nothing to learn from: the step is passed over. */
  readonly batches: readonly HostBatch[];
  /** Why images are missing from the batches. */
  readonly failures: readonly PosterError[];
  /** The paths of images whose grey levels of 16 bits were clipped. */
  readonly clipped: readonly string[];
}

/**
 * The steps of an epoch from the step `first` on. Images that cannot be read are left out, and so are batches that
 * shrink below what batch statistics need; processes that train together leave out the same ones.
 * @throws PosterError as the loader.
 */
export async function* loadSteps(
  loader: ImageLoader<Float32Array>,
  plan: EpochPlan,
  first: number,
  team: Pick<Team, 'gather'>,
): AsyncGenerator<StepImages, void, void> {
  const firstBatch = first * plan.batchesPerStep;
  const labels = plan.labels(firstBatch);
  const newStep = () => ({
    batches: [] as HostBatch[],
    failures: [] as PosterError[],
    clipped: [] as string[],
  });
  let step = newStep();
  let loaded = 0;
  for await (const batch of loader.load(plan.requests(firstBatch))) {
    const { readable, failures } = withoutFailures(batch, labels[loaded++]!);
    const isLast = loaded % plan.batchesPerStep === 0 || loaded === labels.length;
    // The loader writes the next batch over this one.
    step.batches.push(isLast ? readable : { ...readable, images: readable.images.slice() });
    step.failures.push(...failures);
    step.clipped.push(...batch.items.flatMap(({ clipped }) => clipped ?? []));
    if (!isLast) continue;
    yield { ...step, batches: largeEnough(step.batches, team) };
    step = newStep();
  }
}

/** One image alone has no batch statistics, and every process needs a share of a batch. */
function largeEnough(batches: readonly HostBatch[], { gather }: Pick<Team, 'gather'>): HostBatch[] {
  const shares = gather(batches.map(({ labels }) => labels.length)); // of each process, the size of each batch
  return batches.filter((_, i) => {
    const sizes = shares.map((share) => share[i]!);
    return Math.min(...sizes) >= 1 && sizes.reduce((sum, size) => sum + size, 0) >= 2;
  });
}

function withoutFailures({ images, items }: ImageBatch<Float32Array>, labels: readonly number[]) {
  const failures = items.flatMap(({ error }) => error ?? []);
  const kept = [...items.keys()].filter((i) => !items[i]!.error);
  const readable: HostBatch = {
    images: failures.length === 0 ? images : gather(images, kept),
    labels: BigInt64Array.from(kept, (i) => BigInt(labels[i]!)),
  };
  return { readable, failures };
}

function gather(images: Float32Array, kept: readonly number[]): Float32Array {
  const gathered = new Float32Array(kept.length * valuesPerImage);
  kept.forEach((from, to) => {
    gathered.set(images.subarray(from * valuesPerImage, (from + 1) * valuesPerImage), to * valuesPerImage);
  });
  return gathered;
}

/**
 * What to throw when the steps of an epoch had nothing to learn from.
 * @param failures why each image that was left out could not be read.
 */
export function nothingToLearnFrom(images: number, failures: readonly string[]): PosterError {
  const unreadable =
    failures.length >= images
      ? `none of the ${images} images`
      : `only ${images - failures.length} of the ${images} images`;
  return new PosterError(
    'data.layout',
    `Expected training images that can be read, at least two in a batch, but ${unreadable} can be. ` +
      `The first that cannot: ${failures[0]}`,
  );
}
