import type { AugmentationOptions } from '../../../src/train/batches/augment.js';
import { augmentations } from '../../../src/train/config/augmentation-sets.js';

/** Leaves images as they are. */
export const noAugmentation: AugmentationOptions = {
  ...augmentations.none,
  scale: [1, 1],
  brightness: [1, 1],
  contrast: [1, 1],
  flip: 0,
  erasing: { probability: 0, area: [0.02, 0.1], ratio: [0.3, 3.3] },
};
