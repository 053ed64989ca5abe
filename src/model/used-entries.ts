/** Which state-dict entries inference reads. Browser-safe. */
import type { PosterV2 } from '../network/poster-v2.js';
import { shapeOps } from '../network/shape-ops.js';
import type { StateEntry } from '../network/state-dict.js';
import type { Shape } from '../tensor/host-tensor.js';

/** The entries that one pass for inference touches, in the order of their use. */
export function usedEntries(network: PosterV2, pass: 'forward' | 'landmarks' = 'forward'): Set<StateEntry> {
  const used = new Set<StateEntry>();
  const ops = shapeOps({ onParameter: (entry) => used.add(entry) });
  network[pass]<Shape>(ops, [1, 3, network.config.imageSize, network.config.imageSize]);
  return used;
}
