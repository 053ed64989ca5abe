/** When to stop hoping for a better epoch. */
import type { BestEpoch } from '../../runs/epoch-record.js';

/**
 * Whether `patience` epochs have passed since the best one.
 * @param epoch the epoch that has just ended.
 * @param patience 0 never stops.
 */
export function shouldStop(best: BestEpoch, epoch: number, patience: number): boolean {
  return patience > 0 && epoch - best.epoch >= patience;
}
