import type { DType, HostTensor, Shape } from '../tensor/host-tensor.js';

/** What a weights file says about one tensor, without its values. */
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: Shape;
}

/**
 * An open weights file. Opening reads the index alone; `read` fetches one tensor's bytes.
 * Names are as in the file, less a `module.` prefix common to all of them.
 */
export interface Checkpoint {
  readonly path: string;
  readonly format: 'pth-zip' | 'pth-legacy' | 'safetensors';
  /** The tensors of the state dict in file order. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Everything else of plain value in the file (epoch, best_acc, labels, ...); tensors and foreign objects left out. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** @throws PosterError `checkpoint.unreadable` when the bytes are missing or cut short. */
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}
