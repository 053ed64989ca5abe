import type { DType, HostTensor, Shape } from '../tensor/host-tensor.js';

/** A tensor that lies in a file: known by type and shape, its values read when asked for. */
export class StoredTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly #readBytes: () => Promise<Uint8Array>;

  /** @param readBytes gives the values, row-major and contiguous, as little-endian bytes. */
  constructor(dtype: DType, shape: Shape, readBytes: () => Promise<Uint8Array>) {
    this.dtype = dtype;
    this.shape = shape;
    this.#readBytes = readBytes;
  }

  /** @throws PosterError `checkpoint.unreadable` when the bytes are missing or cut short. */
  async read(): Promise<HostTensor> {
    return { dtype: this.dtype, shape: this.shape, data: await this.#readBytes() };
  }
}
