/** Which epoch is the best so far, and when to stop hoping for a better one. */

/** The best epoch so far. */
export interface Best {
  /** The epoch, from 1. */
  readonly epoch: number;
  /** Its validation accuracy, 0 to 1. */
  readonly accuracy: number;
}

/** The better of two epochs; of equals the earlier one, as in the official program. */
export function betterOf(best: Best | undefined, candidate: Best): Best {
  return best && candidate.accuracy <= best.accuracy ? best : candidate;
}

/**
 * Whether `patience` epochs have passed since the best one.
 * @param epoch the epoch that has just ended.
 * @param patience 0 never stops.
 */
export function shouldStop(best: Best, epoch: number, patience: number): boolean {
  return patience > 0 && epoch - best.epoch >= patience;
}
