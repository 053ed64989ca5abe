import { type DType, dtypes, elementCount, type HostTensor, type Shape } from '../tensor/host-tensor.js';

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

/** A tensor to write: in memory, or still in a file and read when its turn comes. */
export type TensorSource = HostTensor | StoredTensor;

export function isTensorSource(value: unknown): value is TensorSource {
  if (value instanceof StoredTensor) return true;
  return typeof value === 'object' && value !== null && 'data' in value && value.data instanceof Uint8Array;
}

/** Bytes a tensor's values take. */
export function byteLengthOf({ dtype, shape }: TensorSource): number {
  return elementCount(shape) * dtypes[dtype].bytes;
}

/** A tensor's values, proved to fill its shape. */
export async function bytesOf(source: TensorSource): Promise<Uint8Array> {
  const { data } = source instanceof StoredTensor ? await source.read() : source;
  if (data.byteLength !== byteLengthOf(source))
    throw new RangeError(
      `expected ${byteLengthOf(source)} bytes for ${source.dtype} of shape ${source.shape.join('x')}, got ${data.byteLength}`,
    );
  return data;
}
