import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNonFinite, requireFiniteWeights } from '../../src/tensor/finite.js';
import { type DType, dtypes, type HostTensor } from '../../src/tensor/host-tensor.js';

/** Bits of numbers that are none, and of the largest that are, in each floating-point type. */
const bits: Partial<Record<DType, { none: readonly bigint[]; finite: readonly bigint[] }>> = {
  float64: {
    none: [0x7ff8000000000000n, 0xfff0000000000000n, 0x7ff0000000000000n, 0x7ff0000000000001n],
    finite: [0x7fefffffffffffffn, 0xffefffffffffffffn, 0x8000000000000000n, 0x00000000ffffffffn, 0x7fen],
  },
  float32: {
    none: [0x7fc00000n, 0x7f800000n, 0xff800000n, 0x7f800001n, 0xffffffffn],
    finite: [0x7f7fffffn, 0xff7fffffn, 0x80000000n, 0x007fffffn, 0n],
  },
  float16: { none: [0x7c00n, 0xfc00n, 0x7e00n, 0xfc01n], finite: [0x7bffn, 0xfbffn, 0x8000n, 0x03ffn] },
  bfloat16: { none: [0x7f80n, 0xff80n, 0x7fc0n, 0xff81n], finite: [0x7f7fn, 0xff7fn, 0x8000n, 0x007fn] },
};

/** A tensor of these bits, its bytes `shift` into their memory. */
function tensorOf(dtype: DType, elements: readonly bigint[], shift = 0): HostTensor {
  const { bytes } = dtypes[dtype];
  const data = new Uint8Array(shift + elements.length * bytes).subarray(shift);
  elements.forEach((element, i) => {
    for (let at = 0; at < bytes; at++) data[i * bytes + at] = Number((element >> BigInt(8 * at)) & 255n);
  });
  return { dtype, shape: [elements.length], data };
}

for (const [dtype, { none, finite }] of Object.entries(bits)) {
  test(`what is no number is found among ${dtype}, wherever it stands and lies`, () => {
    for (const shift of [0, 1, 2])
      for (const wrong of none) {
        const elements = [...finite, wrong, ...finite];
        assert.equal(findNonFinite(tensorOf(dtype as DType, elements, shift)), finite.length, `${wrong}`);
      }
    assert.equal(findNonFinite(tensorOf(dtype as DType, finite)), -1);
    assert.equal(findNonFinite(tensorOf(dtype as DType, [])), -1);
  });
}

test('integers of any bits are numbers', () => {
  for (const dtype of ['int64', 'int32', 'int16', 'int8', 'uint8', 'bool'] as const)
    assert.equal(findNonFinite(tensorOf(dtype, [0x7fc000007fc00000n, -1n])), -1, dtype);
});

test('the sentence names the tensor, its place and its value', () => {
  const tensor = { ...tensorOf('bfloat16', [0n, 0n, 0xff80n, 0n]), shape: [2, 2] };
  assert.throws(() => requireFiniteWeights(tensor, 'VIT.head.linear.weight', 'model.pth'), {
    code: 'checkpoint.unreadable',
    message:
      'Expected the weights in model.pth to be numbers, but value 3 of 4 of its tensor VIT.head.linear.weight is -Infinity: ' +
      'the training that wrote it diverged, or the file is damaged; use an earlier checkpoint or copy it again.',
  });
});
