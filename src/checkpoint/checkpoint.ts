/**
 * Checkpoints of PyTorch and safetensors, read without running anything in them, and written.
 * Here: what an open one gives.
 */
import type { DType, HostTensor, Shape } from '../tensor/host-tensor.js';
import type { PickleValue } from './pickle/values.js';
import type { StoredTensor } from './stored-tensor.js';

/** What a weights file says about one tensor, without its values. */
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: Shape;
}

export type CheckpointFormat = 'pth-zip' | 'pth-folder' | 'pth-legacy' | 'safetensors';

/**
 * An open weights file. Opening reads the index alone; `read` fetches one tensor's bytes.
 * Names are those of the network asked for where they can be told: see nameWeights.
 */
export interface Checkpoint {
  readonly path: string;
  readonly format: CheckpointFormat;
  /** The tensors of the state dict in file order; empty when the file holds no state dict. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * Everything else of plain value in the file (epoch, best_acc, labels, ...). A tensor of one element counts
   * as a number; other tensors and foreign objects are left out.
   */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What of the file was passed over, and where the state dict was found when that is unusual: sentences. */
  readonly notes: readonly string[];
  /**
   * All the file holds, dictionaries as `Map`s and tensors unread: where an optimiser's state is found.
   * See {@link valueAt}.
   */
  readonly root: PickleValue;
  /**
   * One tensor of the state dict.
   * @throws PosterError `checkpoint.unreadable` when the bytes are missing or cut short, `checkpoint.mismatch`
   * when there is no tensor of that name, `disposed` after `close`.
   */
  read(name: string): Promise<HostTensor>;
  /** Closes the file; calls after the first do nothing. */
  close(): Promise<void>;
}
