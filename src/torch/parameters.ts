/** A network's state dict as libtorch tensors. */
import type { StateEntry } from '../network/state-dict.js';
import type { HostTensor } from '../tensor/host-tensor.js';
import type { Device } from './addon.js';
import { fromHost, type Tensor } from './tensor.js';

/**
 * Loads every entry of a state dict onto a device. Trained entries ask for gradients; frozen and unused
 * ones and buffers do not.
 */
export function loadParameters(
  entries: ReadonlyMap<string, StateEntry>,
  read: (entry: StateEntry) => HostTensor,
  device: Device = 'cpu',
): Map<string, Tensor> {
  const load = (entry: StateEntry) => fromHost(read(entry), device).setRequiresGrad(entry.role === 'trained');
  return new Map([...entries].map(([name, entry]) => [name, load(entry)]));
}
