/**
 * Counts the multiply-adds of one forward pass for one image. Element-wise work does not count. Browser-safe.
 */
import type { PosterV2 } from '../network/poster-v2.js';
import { type MultiplyAddKind, shapeOps } from '../network/shape-ops.js';
import type { Shape } from '../tensor/host-tensor.js';

export type MultiplyAdds = Readonly<Record<MultiplyAddKind, number>>;

/**
 * Multiply-adds of each stage in the order of the forward pass, by the stage's official name.
 *
 * @param everyToken counts the last transformer block for all tokens, as the official program computes it.
 */
export function countMultiplyAdds(network: PosterV2, everyToken: boolean): Map<string, MultiplyAdds> {
  const stages = new Map<string, MultiplyAdds>();
  let pending = { layers: 0, attention: 0 };
  const ops = shapeOps({
    onMultiplyAdds(kind, count) {
      pending[kind] += count;
    },
  });
  network.forward<Shape>(ops, [1, 3, network.config.imageSize, network.config.imageSize], {
    everyToken,
    observe(stage) {
      stages.set(stage, pending); // everything since the stage before belongs to this one
      pending = { layers: 0, attention: 0 };
    },
  });
  return stages;
}
