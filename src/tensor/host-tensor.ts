/**
 * Tensors in ordinary memory: what checkpoints hold and engines are fed with. Row-major, contiguous.
 * Browser-safe.
 */

/** Element types found in PyTorch checkpoints and safetensors files. */
export const dtypes = {
  float32: { bytes: 4 },
  float64: { bytes: 8 },
  float16: { bytes: 2 },
  bfloat16: { bytes: 2 },
  int64: { bytes: 8 },
  int32: { bytes: 4 },
  int16: { bytes: 2 },
  int8: { bytes: 1 },
  uint8: { bytes: 1 },
  bool: { bytes: 1 },
} as const;

export type DType = keyof typeof dtypes;
/** The length of each dimension of a tensor. */
export type Shape = readonly number[];

/**
 * A tensor's values as little-endian bytes; `data.byteLength` equals the element count times the element size.
 * Use {@link toFloat32} to read the values.
 */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Uint8Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A float32 tensor that shares the memory of `values`. */
export function float32Tensor(values: Float32Array, shape: Shape): HostTensor {
  return {
    dtype: 'float32',
    shape,
    data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

/** The values of a tensor of any dtype as float32; shares memory when the dtype is float32 and the bytes are aligned. */
export function toFloat32(tensor: HostTensor): Float32Array {
  const { data } = tensor;
  const count = elementCount(tensor.shape);
  if (tensor.dtype === 'float32' && data.byteOffset % 4 === 0)
    return new Float32Array(data.buffer, data.byteOffset, count);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read = readers[tensor.dtype];
  const step = dtypes[tensor.dtype].bytes;
  return Float32Array.from({ length: count }, (_, i) => read(view, i * step));
}

/** A stored tensor as an entry of a network needs it: floating-point values of any width as float32, integers as they are. */
export function inType(tensor: HostTensor, dtype: 'float32' | 'int64'): HostTensor {
  return tensor.dtype === dtype || dtype === 'int64'
    ? tensor
    : float32Tensor(toFloat32(tensor), tensor.shape);
}

/** The value at a row-major index of a tensor of any dtype; an int64 beyond 2^53 is rounded. */
export function elementAt({ dtype, data }: HostTensor, index: number): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return readers[dtype](view, index * dtypes[dtype].bytes);
}

const readers: Record<DType, (view: DataView, offset: number) => number> = {
  float32: (view, offset) => view.getFloat32(offset, true),
  float64: (view, offset) => view.getFloat64(offset, true),
  float16: (view, offset) => halfToNumber(view.getUint16(offset, true)),
  bfloat16: (view, offset) => bfloat16ToNumber(view.getUint16(offset, true)),
  int64: (view, offset) => Number(view.getBigInt64(offset, true)),
  int32: (view, offset) => view.getInt32(offset, true),
  int16: (view, offset) => view.getInt16(offset, true),
  int8: (view, offset) => view.getInt8(offset),
  uint8: (view, offset) => view.getUint8(offset),
  bool: (view, offset) => view.getUint8(offset),
};

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** NumPy's broadcasting of two shapes; an unknown size, -1, stays unknown. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    return left === 1 ? right : left;
  });
}
