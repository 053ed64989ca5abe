/**
 * How each training image is varied: a horizontal flip and random erasing with torchvision's semantics, as
 * plain parameters that the loader applies.
 */
import type { Rectangle } from '../image/augment.js';
import { type Random, randomBelow, randomBetween, randomStream } from './random.js';

/** What happens to one image, in this order. */
export interface Augmentation {
  /** Mirror left and right. */
  readonly flip: boolean;
  /** Set this rectangle to 0 after normalisation. */
  readonly erase?: Rectangle;
}

/** A closed range of numbers. */
export type Range = readonly [low: number, high: number];

export interface ErasingOptions {
  /** How many of the images are erased, 0 to 1. */
  readonly probability: number;
  /** The erased share of the image's area. */
  readonly area: Range;
  /** Height divided by width, drawn so that its logarithm is uniform. */
  readonly ratio: Range;
}

export interface AugmentationOptions {
  /** How many of the images are flipped, 0 to 1. */
  readonly flip: number;
  readonly erasing: ErasingOptions;
}

/**
 * The augmentation of the image at one position of one epoch.
 * @param size height and width of the network's input in pixels.
 */
export function augmentationAt(
  options: AugmentationOptions,
  size: number,
  { seed, epoch, position }: { readonly seed: number; readonly epoch: number; readonly position: number },
): Augmentation {
  const random = randomStream(seed, 'augment', epoch, position);
  const flip = random() < options.flip;
  const erase =
    random() < options.erasing.probability ? drawErasing(random, size, options.erasing) : undefined;
  return erase ? { flip, erase } : { flip };
}

/** torchvision gives up, and erases nothing, when so many rectangles in a row do not fit. */
const attempts = 10;

/**
 * A rectangle as torchvision.transforms.RandomErasing.get_params draws it ("Random Erasing Data
 * Augmentation", arXiv 1708.04896): area uniform, ratio log-uniform, position uniform. Undefined when none fits.
 */
export function drawErasing(
  random: Random,
  size: number,
  { area, ratio }: ErasingOptions,
): Rectangle | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const pixels = size * size * randomBetween(random, ...area);
    const aspect = Math.exp(randomBetween(random, Math.log(ratio[0]), Math.log(ratio[1])));
    const height = Math.round(Math.sqrt(pixels * aspect));
    const width = Math.round(Math.sqrt(pixels / aspect));
    if (height >= size || width >= size) continue;
    const top = randomBelow(random, size - height + 1);
    const left = randomBelow(random, size - width + 1);
    return { top, left, height, width };
  }
  return undefined;
}
