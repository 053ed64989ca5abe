/** Reads of a checkpoint the network and the weights that inference needs. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { throwIfAborted } from '../errors.js';
import { initialTensor } from '../network/initial-values.js';
import type { StateEntry } from '../network/state-dict.js';
import { requireFiniteWeights } from '../tensor/finite.js';
import type { HostTensor } from '../tensor/host-tensor.js';
import { fillAhead } from '../util/fill-ahead.js';
import { type CheckedNetwork, openModelCheckpoint, readNetwork } from './open-model-checkpoint.js';
import { usedEntries } from './used-entries.js';

/** Values by state-dict name. */
export type LoadedWeights = ReadonlyMap<string, HostTensor>;

/**
 * Reads of a checkpoint what inference needs, every entry compared.
 * @throws PosterError `file.missing`, `checkpoint.unreadable`, `checkpoint.mismatch` or `aborted`.
 */
export async function readModel(
  path: string,
  signal?: AbortSignal,
): Promise<CheckedNetwork & { weights: LoadedWeights; notes: readonly string[] }> {
  const checkpoint = await openModelCheckpoint(path);
  try {
    const { network, card } = await readNetwork(checkpoint);
    const weights = await readWeights(checkpoint, usedEntries(network), signal);
    return { network, card, weights, notes: checkpoint.notes };
  } finally {
    await checkpoint.close();
  }
}

/** Tensors that are read while others are looked at. */
const readAhead = 3;

/**
 * Reads the given entries of a checkpoint into memory.
 * @throws PosterError `checkpoint.unreadable` for one that holds NaN or infinity; `aborted`.
 */
export async function readWeights(
  checkpoint: Checkpoint,
  entries: Iterable<StateEntry>,
  signal?: AbortSignal,
): Promise<Map<string, HostTensor>> {
  const weights = new Map<string, HostTensor>();
  const reading = fillAhead(entries, readAhead, {
    async fill(entry) {
      // Of what was compared, counters of batches alone may be missing; inference makes nothing of them.
      const stored = checkpoint.tensors.has(entry.name);
      return { entry, tensor: stored ? await checkpoint.read(entry.name) : initialTensor(entry, () => 0) };
    },
    take: (filled) => filled,
    abandon() {},
  });
  for await (const { entry, tensor } of reading) {
    throwIfAborted(signal);
    requireFiniteWeights(tensor, entry.name, checkpoint.path);
    weights.set(entry.name, tensor);
  }
  return weights;
}
