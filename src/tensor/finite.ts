/** Whether weights are numbers. Browser-safe. */
import { PosterError } from '../errors.js';
import { type DType, dtypes, elementAt, elementCount, type HostTensor } from './host-tensor.js';

/** The bits of the exponent: all of them are set in NaN and infinity alone. */
const exponents: Partial<Record<DType, number>> = {
  float32: 0x7f800000,
  float16: 0x7c00,
  bfloat16: 0x7f80,
};

/** Index of the first element that is NaN or infinite; -1 when there is none. Integers are finite. */
export function findNonFinite({ dtype, data }: HostTensor): number {
  const { buffer, byteOffset, byteLength } =
    data.byteOffset % dtypes[dtype].bytes === 0 ? data : data.slice();
  if (dtype === 'float64')
    return new Float64Array(buffer, byteOffset, byteLength / 8).findIndex((value) => !Number.isFinite(value));
  const exponent = exponents[dtype];
  if (exponent === undefined) return -1;
  return dtype === 'float32'
    ? findMasked(new Int32Array(buffer, byteOffset, byteLength / 4), exponent)
    : findMasked(new Uint16Array(buffer, byteOffset, byteLength / 2), exponent);
}

/** A published network has 58 million weights, so this is a plain loop over their bits: a tenth of a second. */
function findMasked(bits: Int32Array | Uint16Array, mask: number): number {
  for (let i = 0; i < bits.length; i++) if ((bits[i]! & mask) === mask) return i;
  return -1;
}

/**
 * Proves that weights are numbers.
 *
 * @param name the tensor's, for the message.
 * @param where the file's name, for the message.
 * @throws PosterError `checkpoint.unreadable` for a tensor that holds NaN or infinity
 */
export function requireFiniteWeights(tensor: HostTensor, name: string, where: string): void {
  const index = findNonFinite(tensor);
  if (index === -1) return;
  throw new PosterError(
    'checkpoint.unreadable',
    `Expected the weights in ${where} to be numbers, but value ${index + 1} of ${elementCount(tensor.shape)} of its tensor ${name} is ${elementAt(tensor, index)}: ` +
      'the training that wrote it diverged, or the file is damaged; use an earlier checkpoint or copy it again.',
  );
}
