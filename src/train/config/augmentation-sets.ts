/** Named sets of augmentation ranges, for `--augment`. */
import type { AugmentationOptions } from '../batches/augment.js';
import type { AugmentationSet, TrainingConfig } from './training-options.js';

type Ranges = Pick<
  TrainingConfig,
  'rotation' | 'shift' | 'scale' | 'shear' | 'brightness' | 'contrast' | 'mixup'
>;

/** `none`: as the official program, which flips and erases alone. */
export const augmentations = {
  none: {
    rotation: 0,
    shift: 0,
    scale: [1, 1],
    shear: 0,
    brightness: [1, 1],
    contrast: [1, 1],
    mixup: 0,
  },
  light: {
    rotation: 10,
    shift: 0.05,
    scale: [0.9, 1.1],
    shear: 5,
    brightness: [0.8, 1.2],
    contrast: [0.8, 1.2],
    mixup: 0,
  },
  strong: {
    rotation: 12,
    shift: 0.06,
    scale: [0.88, 1.15],
    shear: 6,
    brightness: [0.6, 1.3],
    contrast: [0.7, 1.3],
    mixup: 0,
    erasingProbability: 0.15,
    erasingArea: [0.02, 0.12],
  },
} satisfies Record<AugmentationSet, Ranges & Partial<TrainingConfig>>;

/** The ranges that a configuration draws from. */
export function augmentationOf(config: TrainingConfig): AugmentationOptions {
  const { flip, rotation, shift, scale, shear, brightness, contrast, mixup } = config;
  const { erasingProbability: probability, erasingArea: area, erasingRatio: ratio } = config;
  return {
    ...{ flip, rotation, shift, scale, shear, brightness, contrast, mixup },
    erasing: { probability, area, ratio },
  };
}
