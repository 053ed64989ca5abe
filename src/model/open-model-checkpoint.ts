/** Opens a checkpoint for a POSTER V2, and tells which it holds. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { matchStateDict } from '../checkpoint/match-state-dict.js';
import { openCheckpoint } from '../checkpoint/open-checkpoint.js';
import { publishedConfig } from '../network/config.js';
import { type PosterV2, posterV2 } from '../network/poster-v2.js';
import { inferConfig } from './infer-config.js';
import { cardKey, type ModelCard, readModelCard } from './model-card.js';

let names: ReadonlySet<string> | undefined;

/**
 * As {@link openCheckpoint}; the weights are found by the names of the published network, of which those of other sizes
 * have most.
 */
export function openModelCheckpoint(path: string): Promise<Checkpoint> {
  names ??= new Set(posterV2(publishedConfig).entries.keys());
  return openCheckpoint(path, { names });
}

/** A network, and what a file says about it. */
export interface CheckedNetwork {
  readonly network: PosterV2;
  readonly card: ModelCard | undefined;
}

/**
 * The network a checkpoint belongs to, every entry compared.
 * @throws PosterError `checkpoint.mismatch` with all that is missing, unexpected or of another shape.
 */
export async function readNetwork(checkpoint: Checkpoint): Promise<CheckedNetwork> {
  const card = readModelCard(checkpoint.metadata[cardKey], checkpoint.path);
  const network = posterV2(inferConfig(checkpoint.tensors, card?.network));
  matchStateDict(checkpoint, network.entries);
  return { network, card };
}
