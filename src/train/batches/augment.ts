/**
 * How each training image is varied: torchvision's horizontal flip, affine transform, colour jitter and random
 * erasing, and mixup, as plain parameters. The loader flips; {@link file://./augment-tensors.ts} does the rest.
 */
import { type Random, randomBelow, randomBeta, randomBetween, randomStream } from '../../util/random.js';

/** A part of an image in pixels, from its top left corner. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** How an image is moved about its centre; the output is as large as the input. */
export interface AffineTransform {
  /** Counter-clockwise, in degrees. */
  readonly angle: number;
  /** To the right and down, in shares of the image's size. */
  readonly shift: readonly [x: number, y: number];
  /** Enlargement: 2 shows the middle half of the image. */
  readonly scale: number;
  /** Slant of vertical lines, in degrees. */
  readonly shear: number;
}

/** What happens to one image, in this order. */
export interface Augmentation {
  /** Mirror left and right. */
  readonly flip: boolean;
  readonly affine?: AffineTransform;
  /** Multiplies every pixel; 1 leaves it as it is. */
  readonly brightness?: number;
  /** Multiplies every pixel's distance from the image's mean. */
  readonly contrast?: number;
  /** Set this rectangle to 0 after normalisation. */
  readonly erase?: Rectangle;
  /** The image's own share where it is mixed with another, 0.5 to 1. */
  readonly mix?: number;
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

/** The ranges that an augmentation is drawn from. */
export interface AugmentationOptions {
  /** How many of the images are flipped, 0 to 1. */
  readonly flip: number;
  /** Largest angle of the rotation in degrees, to either side. */
  readonly rotation: number;
  /** Largest shift in shares of the size, along both axes and to either side. */
  readonly shift: number;
  readonly scale: Range;
  /** Largest angle of the shear in degrees, to either side. */
  readonly shear: number;
  readonly brightness: Range;
  readonly contrast: Range;
  readonly erasing: ErasingOptions;
  /** Alpha of the Beta distribution of mixup (arXiv 1710.09412); 0 for none. */
  readonly mixup: number;
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
  return {
    flip,
    ...(movesPixels(options) && { affine: drawAffine(random, options) }),
    ...(!isOne(options.brightness) && { brightness: randomBetween(random, ...options.brightness) }),
    ...(!isOne(options.contrast) && { contrast: randomBetween(random, ...options.contrast) }),
    ...(erase && { erase }),
    ...(options.mixup > 0 && { mix: drawMix(random, options.mixup) }),
  };
}

function movesPixels({ rotation, shift, scale, shear }: AugmentationOptions): boolean {
  return rotation > 0 || shift > 0 || shear > 0 || !isOne(scale);
}

function isOne([low, high]: Range): boolean {
  return low === 1 && high === 1;
}

function drawAffine(random: Random, { rotation, shift, scale, shear }: AugmentationOptions): AffineTransform {
  const within = (limit: number) => randomBetween(random, -limit, limit);
  return {
    angle: within(rotation),
    shift: [within(shift), within(shift)],
    scale: randomBetween(random, ...scale),
    shear: within(shear),
  };
}

/** The larger of both shares is the image's own, so that its label stays the one that counts most. */
function drawMix(random: Random, alpha: number): number {
  const share = randomBeta(random, alpha);
  return Math.max(share, 1 - share);
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
