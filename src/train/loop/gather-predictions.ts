/** Brings together what the processes of a group found in their shares of the validation images. */
import type { Failure, ImagePrediction } from '../../evaluate/prediction.js';
import type { ProcessGroup } from '../process-group.js';

export interface ShardPredictions {
  readonly predictions: readonly ImagePrediction[];
  readonly failures: readonly Failure[];
  /** Why it ended before its end, if it did. */
  readonly ended: 'stopped' | 'diverged' | null;
}

/** The predictions of all, in the order of the images; alone, one's own. */
export function gatherPredictions(
  { size, allGather }: ProcessGroup,
  own: ShardPredictions,
): ShardPredictions {
  if (size === 1) return own;
  const predictions = own.predictions.map(({ logits, ...rest }) => ({ ...rest, logits: Array.from(logits) }));
  const all = allGather({ ...own, predictions });
  return {
    predictions: all.flatMap((one) =>
      one.predictions.map(({ logits, ...rest }) => ({ ...rest, logits: Float32Array.from(logits) })),
    ),
    failures: all.flatMap(({ failures }) => failures),
    ended: all.find(({ ended }) => ended !== null)?.ended ?? null,
  };
}
