/** The images of each optimiser step, as they come from the loader. */
import type { ImageBatch, ImageLoader, ImageRequest } from '../data/loader.js';
import { PosterError } from '../errors.js';
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
  readonly batches: readonly HostBatch[];
  /** Why images are missing from the batches. */
  readonly failures: readonly PosterError[];
}

/**
 * The steps of an epoch from the step `first` on. Images that cannot be read are left out.
 * @param classes how many the network tells apart.
 * @param fewestImages one alone has no batch statistics, unless other processes have more.
 * @throws PosterError `data.layout` when fewer images of a batch can be read; as the loader.
 */
export async function* loadSteps(
  loader: ImageLoader<Float32Array>,
  plan: EpochPlan,
  first: number,
  classes: number,
  fewestImages = 2,
): AsyncGenerator<StepImages, void, void> {
  const firstBatch = first * plan.batchesPerStep;
  const asked: (readonly PlannedImage[])[] = [];
  const requests = function* (): Generator<ImageRequest> {
    for (const images of plan.imagesFrom(firstBatch)) {
      asked.push(images);
      for (const { sample, augmentation } of images) yield { path: sample.path, flip: augmentation.flip };
    }
  };
  let step: { batches: HostBatch[]; failures: PosterError[] } = { batches: [], failures: [] };
  let loaded = firstBatch;
  for await (const batch of loader.load(requests())) {
    const { readable, failures } = withoutFailures(batch, asked.shift()!, classes, fewestImages);
    const isLast = ++loaded % plan.batchesPerStep === 0 || loaded === plan.batches;
    // The loader writes the next batch over this one.
    step.batches.push(isLast ? readable : { ...readable, images: readable.images.slice() });
    step.failures.push(...failures);
    if (!isLast) continue;
    yield step;
    step = { batches: [], failures: [] };
  }
}

function withoutFailures(
  { images, items }: ImageBatch<Float32Array>,
  planned: readonly PlannedImage[],
  classes: number,
  fewestImages: number,
) {
  const failures = items.flatMap(({ error }) => error ?? []);
  const kept = [...items.keys()].filter((i) => !items[i]!.error);
  if (kept.length < fewestImages) throw tooFew(fewestImages, kept.length, items.length, failures[0]);
  const shown = kept.map((i) => planned[i]!);
  const distributions = distributionsOf(shown, classes);
  const readable: HostBatch = {
    images: failures.length === 0 ? images : gather(images, kept, images.length / items.length),
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

function gather(images: Float32Array, kept: readonly number[], values: number): Float32Array {
  const gathered = new Float32Array(kept.length * values);
  kept.forEach((from, to) => {
    gathered.set(images.subarray(from * values, (from + 1) * values), to * values);
  });
  return gathered;
}

function tooFew(
  fewestImages: number,
  kept: number,
  all: number,
  first: PosterError | undefined,
): PosterError {
  return new PosterError(
    'data.layout',
    `Expected at least ${fewestImages} readable images in a batch of ${all}, got ${kept}${first ? `: ${first.message}` : '.'}`,
  );
}
