import { dtypes, elementCount, type HostTensor } from '../tensor/host-tensor.js';
import { StoredTensor } from './stored-tensor.js';

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
