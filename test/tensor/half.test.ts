import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halfTensor, toHalf } from '../../src/tensor/half.js';
import { type DType, elementAt, type HostTensor, inType, toFloat32 } from '../../src/tensor/host-tensor.js';

/** Values and what NumPy's float16 makes of them. */
const numpy: readonly (readonly [number, number])[] = [
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [0.1, 0x2e66],
  [65504, 0x7bff],
  [65519.9, 0x7bff],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000], // half of the smallest: to even
  [1.5 * 2 ** -25, 0x0001],
  [3 * 2 ** -25, 0x0002], // to even
  [2 ** -14 - 2 ** -26, 0x0400], // rounds up to the smallest normal number
  [1 + 2 ** -11, 0x3c00], // to even
  [1 + 3 * 2 ** -11, 0x3c02],
];

test('halves are rounded as IEEE 754 asks, and read back', () => {
  const half = toHalf(
    Float32Array.from(numpy, ([value]) => value),
    'w',
  );
  assert.deepEqual(
    [...half],
    numpy.map(([, bits]) => bits),
  );
  assert.equal(toHalf(Float32Array.of(Number.NaN), 'w')[0]! & 0x7e00, 0x7e00);
  for (const value of [1, -2, 65504, 2 ** -14, 2 ** -24]) {
    const tensor = halfTensor(tensorOf('float32', new Float32Array([value])), 'w');
    assert.equal(tensor.dtype, 'float16');
    assert.equal(toFloat32(tensor)[0], value);
  }
});

test('what half precision cannot hold is refused by name', () => {
  for (const value of [65520, -1e6, Number.POSITIVE_INFINITY])
    assert.throws(() => toHalf(Float32Array.of(1, value), 'head.weight'), {
      code: 'verification.failed',
      message: /head\.weight holds/,
    });
});

function tensorOf(dtype: DType, values: Exclude<ArrayBufferView, DataView> & { length: number }): HostTensor {
  const { buffer, byteOffset, byteLength } = values;
  return {
    dtype,
    shape: [values.length],
    data: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
  };
}

test('every type is read as numbers, from any place in memory', () => {
  const tensors: [HostTensor, number[]][] = [
    [tensorOf('float64', Float64Array.of(0.5, -3)), [0.5, -3]],
    [tensorOf('float16', Uint16Array.of(0x3555, 0xfc00, 0x0001)), [0.333251953125, -Infinity, 2 ** -24]],
    [tensorOf('bfloat16', Uint16Array.of(0x3f80, 0xc2f7, 0x7f80)), [1, -123.5, Infinity]],
    [tensorOf('int64', BigInt64Array.of(-5n, 7n)), [-5, 7]],
    [tensorOf('int32', Int32Array.of(-70000, 1)), [-70000, 1]],
    [tensorOf('int16', Int16Array.of(-300, 300)), [-300, 300]],
    [tensorOf('int8', Int8Array.of(-1, 127)), [-1, 127]],
    [tensorOf('uint8', Uint8Array.of(0, 255)), [0, 255]],
    [tensorOf('bool', Uint8Array.of(0, 1)), [0, 1]],
    [tensorOf('float32', Float32Array.of(1.5, 2)), [1.5, 2]],
  ];
  for (const [tensor, expected] of tensors) {
    assert.deepEqual([...toFloat32(tensor)], expected, tensor.dtype);
    const moved = new Uint8Array(tensor.data.byteLength + 1);
    moved.set(tensor.data, 1);
    const unaligned = { ...tensor, data: moved.subarray(1) };
    assert.deepEqual([...toFloat32(unaligned)], expected, tensor.dtype);
    assert.equal(elementAt(unaligned, 1), expected[1]);
    assert.equal(inType(tensor, 'float32').dtype, 'float32');
    assert.equal(inType(tensor, 'int64'), tensor, 'integers stay');
  }
});
