/** The images of each optimiser step, as they come from the loader. */
import type { ImageBatch, ImageLoader, ImageRequest } from '../../data/loader/loader.js';
import { PosterError } from '../../errors.js';
import type { ProcessGroup } from '../process-group.js';
import type { Augmentation } from './augment.js';
import type { EpochPlan, PlannedImage } from './epoch-plan.js';

/** Images that pass the network at once. */
export interface HostBatch {
  /** count x 3 x imageSize x imageSize; written over when the next step is asked for. */
  readonly images: Float32Array;
  readonly labels: BigInt64Array;
  /** count x classes, the targets to learn, where not the labels are. */
  readonly distributions?: Float32Array;
  /** What is still to be done to the images. */
  readonly augmentations: readonly Augmentation[];
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
 * @param classes how many the network has.
 * @throws PosterError as the loader.
 */
export async function* loadSteps(
  loader: ImageLoader<Float32Array>,
  plan: EpochPlan,
  first: number,
  classes: number,
  group: Pick<ProcessGroup, 'allGather'>,
): AsyncGenerator<StepImages, void, void> {
  const firstBatch = first * plan.batchesPerStep;
  const asked: (readonly PlannedImage[])[] = [];
  const requests = function* (): Generator<ImageRequest> {
    for (const images of plan.imagesFrom(firstBatch)) {
      asked.push(images);
      for (const { sample, augmentation } of images) yield { path: sample.path, flip: augmentation.flip };
    }
  };
  const newStep = () => ({
    batches: [] as HostBatch[],
    failures: [] as PosterError[],
    clipped: [] as string[],
  });
  let step = newStep();
  let loaded = firstBatch;
  for await (const batch of loader.load(requests())) {
    const { readable, failures } = withoutFailures(batch, asked.shift()!, classes);
    const isLast = ++loaded % plan.batchesPerStep === 0 || loaded === plan.batches;
    // The loader writes the next batch over this one.
    step.batches.push(isLast ? readable : { ...readable, images: readable.images.slice() });
    step.failures.push(...failures);
    step.clipped.push(...batch.items.flatMap(({ clipped }) => clipped ?? []));
    if (!isLast) continue;
    yield { ...step, batches: largeEnough(step.batches, group) };
    step = newStep();
  }
}

/** One image alone has no batch statistics, and every process needs a share of a batch. */
function largeEnough(
  batches: readonly HostBatch[],
  { allGather }: Pick<ProcessGroup, 'allGather'>,
): HostBatch[] {
  const shares = allGather(batches.map(({ labels }) => labels.length)); // of each process, the size of each batch
  return batches.filter((_, i) => {
    const sizes = shares.map((share) => share[i]!);
    return Math.min(...sizes) >= 1 && sizes.reduce((sum, size) => sum + size, 0) >= 2;
  });
}

function withoutFailures(
  { images, items }: ImageBatch<Float32Array>,
  planned: readonly PlannedImage[],
  classes: number,
) {
  const failures = items.flatMap(({ error }) => error ?? []);
  const kept = [...items.keys()].filter((i) => !items[i]!.error);
  const shown = kept.map((i) => planned[i]!);
  const distributions = distributionsOf(shown, classes);
  const readable: HostBatch = {
    images: failures.length === 0 ? images : allGather(images, kept, images.length / items.length),
    labels: BigInt64Array.from(shown, ({ sample }) => BigInt(sample.label)),
    ...(distributions && { distributions }),
    augmentations: shown.map(({ augmentation }) => augmentation),
  };
  return { readable, failures };
}

/** Targets where images have a distribution of their own or are mixed with others: count x classes. */
function distributionsOf(shown: readonly PlannedImage[], classes: number): Float32Array | undefined {
  if (!shown.some(({ sample, augmentation }) => sample.distribution || augmentation.mix !== undefined))
    return undefined;
  const rows = new Float32Array(shown.length * classes);
  shown.forEach(({ sample: { label, distribution } }, i) => {
    if (distribution) rows.set(distribution, i * classes);
    else rows[i * classes + label] = 1;
  });
  return rows;
}

function allGather(images: Float32Array, kept: readonly number[], values: number): Float32Array {
  const gathered = new Float32Array(kept.length * values);
  kept.forEach((from, to) => {
    gathered.set(images.subarray(from * values, (from + 1) * values), to * values);
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
