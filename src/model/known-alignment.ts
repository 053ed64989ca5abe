/** How the faces that a model learned from were cut out. Browser-safe. */
import type { Alignment } from '../data/alignment.js';
import { publishedCrops } from '../data/labels.js';
import type { ModelCard } from './model-card.js';

/**
 * As the model's own card says, or as the crops of its dataset are published; undefined where neither is known.
 * @param dataset the one whose classes the model has
 */
export function knownAlignment(card: ModelCard | undefined, dataset?: string): Alignment | undefined {
  return card?.alignment ?? publishedCrops(dataset ?? card?.dataset);
}
