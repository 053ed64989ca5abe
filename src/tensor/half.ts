/** Half precision. Browser-safe. */
import { PosterError } from '../errors.js';
import { type HostTensor, toFloat32 } from './host-tensor.js';

/** The largest finite float16. */
const largestHalf = 65504;

/**
 * Rounds values to float16, to the nearest and ties to even, as IEEE 754 asks.
 *
 * @param name what the values are, for the message.
 * @throws PosterError `verification.failed` where a value is too large for half precision.
 */
export function toHalf(values: Float32Array, name: string): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const half = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    half[i] = halfBits(bits[i]!);
    if ((half[i]! & 0x7fff) === 0x7c00) {
      throw new PosterError(
        'verification.failed',
        `Expected weights within +-${largestHalf} to store them in half precision, but ${name} holds ${values[i]}; export with --precision fp32.`,
      );
    }
  }
  return half;
}

/** A float32's bits as a float16's. */
function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65536 and more
  if (magnitude >= 0x38800000) return sign | roundedShift(magnitude - 0x38000000, 13); // normal
  if (magnitude < 0x33000000) return sign; // less than half of the smallest
  const exponent = magnitude >>> 23;
  return sign | roundedShift((magnitude & 0x7fffff) | 0x800000, 126 - exponent); // subnormal
}

/** value >> shift, to the nearest, ties to even. */
function roundedShift(value: number, shift: number): number {
  const half = 1 << (shift - 1);
  const odd = (value >>> shift) & 1;
  return (value + half - 1 + odd) >>> shift;
}

/** A floating-point tensor in half precision; others as they are. */
export function halfTensor(tensor: HostTensor, name: string): HostTensor {
  if (tensor.dtype !== 'float32' && tensor.dtype !== 'float64' && tensor.dtype !== 'bfloat16') return tensor;
  const half = toHalf(toFloat32(tensor), name);
  return { dtype: 'float16', shape: tensor.shape, data: new Uint8Array(half.buffer) };
}
