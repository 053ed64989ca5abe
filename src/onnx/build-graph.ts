/** From the network and its weights to the graph that a session runs. Browser-safe. */
import type { PosterV2 } from '../network/poster-v2.js';
import { dropUnusedNodes, type Graph, type Value } from './graph.js';
import { foldFollowingBatchNorm, foldLeadingBatchNorm } from './passes/fold-batch-norm.js';
import { splitPrelu } from './passes/split-prelu.js';
import { recordGraph, type Weights } from './record.js';

/**
 * `cpu`: shaped for ONNX Runtime's CPU kernels. `portable`: fewest nodes, for any runtime and for GPUs.
 * Both compute the same.
 */
export type GraphTarget = 'cpu' | 'portable';

/**
 * The inference graph of a network: `images` (batch x 3 x imageSize x imageSize) -> `logits` (batch x classes),
 * `embedding` (batch x embedding) and `attention` (batch x heads x 1 x tokens + 1: what the class token attends to in the
 * last block, itself first). Normalisation is folded away; what inference does not need is left out.
 */
export function buildGraph(network: PosterV2, weights: Weights, target: GraphTarget): Graph {
  const recorded = recordGraph(network.config.imageSize, weights, (ops, images) => {
    const { logits, embedding, attention } = network.forward<Value>(ops, images);
    return [
      ['logits', logits],
      ['embedding', embedding],
      ['attention', attention],
    ];
  });
  return optimise(recorded, target);
}

/** The passes every graph goes through. */
export function optimise(graph: Graph, target: GraphTarget): Graph {
  const passes = [dropUnusedNodes, foldFollowingBatchNorm, foldLeadingBatchNorm];
  if (target === 'cpu') passes.push(splitPrelu);
  return passes.reduce((current, pass) => pass(current), graph);
}
