/** Non-maximum suppression. Browser-safe. */
import { type Box, overlap } from '../geometry.js';

/** Two boxes that share more than this part of the smaller one are of the same face. */
const sameFace = 0.4;

/** Of boxes that are of the same face the one with the highest score, best first. */
export function suppress<T extends { readonly box: Box; readonly score: number }>(found: readonly T[]): T[] {
  const kept: T[] = [];
  for (const candidate of [...found].sort((a, b) => b.score - a.score)) {
    if (kept.every(({ box }) => overlap(box, candidate.box) <= sameFace)) kept.push(candidate);
  }
  return kept;
}
