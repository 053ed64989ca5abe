/** Reads the pretrained backbones that a configuration names. */
import { openCheckpoint } from '../../checkpoint/open-checkpoint.js';
import type { PosterV2 } from '../../network/poster-v2.js';
import { requireFiniteWeights } from '../../tensor/finite.js';
import { type HostTensor, inType } from '../../tensor/host-tensor.js';
import type { TrainingConfig } from '../config/training-options.js';
import { type Backbone, describePretrained, namesOfBackbone, planPretrained } from './pretrained.js';

export interface PretrainedWeights {
  /** Values by the names of the network's entries. */
  readonly values: ReadonlyMap<string, HostTensor>;
  /** What was loaded from each file, and what was not. */
  readonly reports: readonly string[];
}

/**
 * Reads `ir50` and `mobilefacenet`, where they are given.
 * @throws PosterError as openCheckpoint and planPretrained; `checkpoint.unreadable` for weights that are not finite.
 */
export async function readPretrained(config: TrainingConfig, network: PosterV2): Promise<PretrainedWeights> {
  const values = new Map<string, HostTensor>();
  const reports: string[] = [];
  for (const backbone of ['ir50', 'mobilefacenet'] as const) {
    const path = config[backbone];
    if (path) reports.push(await readBackbone(backbone, path, network, values));
  }
  return { values, reports };
}

async function readBackbone(
  backbone: Backbone,
  path: string,
  network: PosterV2,
  values: Map<string, HostTensor>,
): Promise<string> {
  const checkpoint = await openCheckpoint(path, { names: namesOfBackbone(backbone, network) });
  try {
    const plan = planPretrained(backbone, path, checkpoint.tensors, network);
    for (const { from, to } of plan.copies) {
      const tensor = await checkpoint.read(from);
      requireFiniteWeights(tensor, from, path);
      values.set(to.name, inType(tensor, to.dtype));
    }
    return [describePretrained(plan, path), ...checkpoint.notes].join('\n');
  } finally {
    await checkpoint.close();
  }
}
