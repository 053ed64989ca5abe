/** How the faces that a model learned from were cut out. Browser-safe. */

import { publishedCrops } from '../data/labels.js';
import { type Alignment, defaultAlignment } from '../image/alignment.js';
import type { NetworkConfig } from '../network/config.js';
import type { ModelCard } from './model-card.js';

/**
 * As the model's own card says, or as the crops of its dataset are published; undefined where neither is known.
 * @param dataset the one whose classes the model has
 */
export function knownAlignment(card: ModelCard | undefined, dataset?: string): Alignment | undefined {
  return card?.alignment ?? publishedCrops(dataset ?? card?.dataset);
}

/** The same; where nothing is known, RAF-DB's alignment, in crops no larger than what the network sees. */
export function defaultAlignmentOf(
  { imageSize }: Pick<NetworkConfig, 'imageSize'>,
  card: ModelCard | undefined,
  dataset?: string,
): Alignment {
  const { template, size } = defaultAlignment;
  return knownAlignment(card, dataset) ?? { template, size: Math.min(size, imageSize) };
}
