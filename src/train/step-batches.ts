/** The images of each optimiser step, as they come from the loader. */
import type { ImageBatch, ImageLoader } from '../data/loader.js';
import { PosterError } from '../errors.js';
import { valuesPerImage } from '../network/config.js';
import type { EpochPlan } from './epoch-plan.js';

/** Images that pass the network at once. */
export interface HostBatch {
  /** count x 3 x 224 x 224; written over when the next step is asked for. */
  readonly images: Float32Array;
  readonly labels: BigInt64Array;
}

export interface StepImages {
  readonly batches: readonly HostBatch[];
  /** Why images are missing from the batches. */
  readonly failures: readonly PosterError[];
}

/**
 * The steps of an epoch from the step `first` on. Images that cannot be read are left out.
 * @param fewestImages one alone has no batch statistics, unless other processes have more.
 * @throws PosterError `data.layout` when fewer images of a batch can be read; as the loader.
 */
export async function* loadSteps(
  loader: ImageLoader<Float32Array>,
  plan: EpochPlan,
  first: number,
  fewestImages = 2,
): AsyncGenerator<StepImages, void, void> {
  const firstBatch = first * plan.batchesPerStep;
  const labels = plan.labels(firstBatch);
  let step: { batches: HostBatch[]; failures: PosterError[] } = { batches: [], failures: [] };
  let loaded = 0;
  for await (const batch of loader.load(plan.requests(firstBatch))) {
    const { readable, failures } = withoutFailures(batch, labels[loaded++]!, fewestImages);
    const isLast = loaded % plan.batchesPerStep === 0 || loaded === labels.length;
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
  labels: readonly number[],
  fewestImages: number,
) {
  const failures = items.flatMap(({ error }) => error ?? []);
  const kept = [...items.keys()].filter((i) => !items[i]!.error);
  if (kept.length < fewestImages) throw tooFew(fewestImages, kept.length, items.length, failures[0]);
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
