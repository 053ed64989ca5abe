/**
 * Which images an epoch shows, in which order: pure functions of the seed and the epoch, so that a resumed
 * run continues with the image after the last one.
 */
import { PosterError } from '../../errors.js';
import { randomBelow, randomStream, shuffle } from '../../util/random.js';

/** `shuffle`: each image once. `imbalanced`: drawn so that every class is equally likely. */
export const samplers = ['shuffle', 'imbalanced'] as const;

export type Sampler = (typeof samplers)[number];

/**
 * The positions of the images of one epoch in the order they are shown; as many as there are images.
 * @param labels the class of each image.
 */
export function epochOrder(
  sampler: Sampler,
  labels: readonly number[],
  seed: number,
  epoch: number,
): Uint32Array {
  return sampler === 'shuffle'
    ? shuffledOrder(labels.length, seed, epoch)
    : imbalancedOrder(labels, seed, epoch);
}

function shuffledOrder(count: number, seed: number, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  shuffle(order, randomStream(seed, 'shuffle', epoch));
  return order;
}

/**
 * Draws with replacement, each image with weight 1 / (images of its class), as torchsampler's
 * ImbalancedDatasetSampler: all classes have the same total weight, so a class and then one of its images is
 * drawn, each uniformly.
 */
function imbalancedOrder(labels: readonly number[], seed: number, epoch: number): Uint32Array {
  const members = [...groupByLabel(labels).values()];
  const random = randomStream(seed, 'imbalanced', epoch);
  return Uint32Array.from(labels, () => {
    const group = members[randomBelow(random, members.length)]!;
    return group[randomBelow(random, group.length)]!;
  });
}

/**
 * Cuts an epoch into batches. The last one may be smaller, except that one with fewer than `smallest` images
 * is left out: a batch of one has no batch statistics, and every data-parallel process needs a share.
 * @throws PosterError `data.layout` when there are fewer images than `smallest`.
 */
export function cutBatches(order: Uint32Array, batchSize: number, smallest = 2): Uint32Array[] {
  if (order.length < smallest)
    throw new PosterError(
      'data.layout',
      `Expected at least ${smallest} images to train on, got ${order.length}; add images or use fewer processes.`,
    );
  const batches: Uint32Array[] = [];
  for (let start = 0; start < order.length; start += batchSize)
    batches.push(order.subarray(start, start + batchSize));
  if (batches.at(-1)!.length < smallest) batches.pop();
  return batches;
}

/**
 * The part of a batch that one of `processes` data-parallel processes computes: all parts together are the
 * batch in order, and their sizes differ by one at most.
 * @param rank 0 to processes - 1.
 */
export function shareOf<T extends { slice(start: number, end: number): T; readonly length: number }>(
  batch: T,
  rank: number,
  processes: number,
): T {
  const start = Math.floor((batch.length * rank) / processes);
  const end = Math.floor((batch.length * (rank + 1)) / processes);
  return batch.slice(start, end);
}

/** Two disjoint sets of positions that together are all of them, each in rising order. */
export interface TrainValidSplit {
  readonly train: readonly number[];
  readonly valid: readonly number[];
}

/**
 * Holds out a share of every class for validation, chosen by the seed alone: at least one image of each class
 * that has two, never all of them.
 * @param fraction the share to hold out, above 0 and below 1.
 */
export function stratifiedSplit(labels: readonly number[], fraction: number, seed: number): TrainValidSplit {
  const held = new Set<number>();
  for (const [label, members] of groupByLabel(labels)) {
    const order = Uint32Array.from(members);
    shuffle(order, randomStream(seed, 'validation split', label));
    const count = Math.min(Math.max(1, Math.round(order.length * fraction)), order.length - 1);
    for (const position of order.subarray(0, count)) held.add(position);
  }
  const positions = [...labels.keys()];
  return {
    train: positions.filter((position) => !held.has(position)),
    valid: positions.filter((position) => held.has(position)),
  };
}

function groupByLabel(labels: readonly number[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  labels.forEach((label, position) => {
    const group = groups.get(label);
    if (group) group.push(position);
    else groups.set(label, [position]);
  });
  return groups;
}
