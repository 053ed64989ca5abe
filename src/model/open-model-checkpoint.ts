/** Opens a checkpoint for a POSTER V2. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { openCheckpoint } from '../checkpoint/open-checkpoint.js';
import { publishedConfig } from '../network/config.js';
import { posterV2 } from '../network/poster-v2.js';

let names: ReadonlySet<string> | undefined;

/**
 * As {@link openCheckpoint}; the weights are found by the names of the published network, of which those of other sizes
 * have most.
 */
export function openModelCheckpoint(path: string): Promise<Checkpoint> {
  names ??= new Set(posterV2(publishedConfig).entries.keys());
  return openCheckpoint(path, { names });
}
