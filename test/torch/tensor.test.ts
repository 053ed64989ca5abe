import assert from 'node:assert/strict';
import { type DType, dtypes, elementCount, type HostTensor } from '../../src/tensor/host-tensor.js';
import { call, callTensor } from '../../src/torch/call.js';
import { scope } from '../../src/torch/scope.js';
import { fromHost, fromNumbers, fromValues } from '../../src/torch/tensor.js';
import { torchTest } from '../support/torch.js';

for (const dtype of Object.keys(dtypes) as DType[]) {
  torchTest(`${dtype} values come back as they went in`, () => {
    for (const shape of [[], [3], [2, 0, 3], [2, 1, 5]]) {
      const bytes = elementCount(shape) * dtypes[dtype].bytes;
      const data = Uint8Array.from({ length: bytes }, (_, i) => (dtype === 'bool' ? i % 2 : 40 + i));
      const host: HostTensor = { dtype, shape, data };
      scope(() => {
        const tensor = fromHost(host);
        assert.deepEqual(tensor.toHost(), host);
        assert.deepEqual([tensor.shape, tensor.dtype, tensor.device], [shape, dtype, 'cpu']);
      });
    }
  });
}

torchTest('an array tells the element type', () => {
  scope(() => {
    assert.equal(fromValues(new Float32Array(2)).dtype, 'float32');
    assert.equal(fromValues(new Float64Array(2)).dtype, 'float64');
    assert.equal(fromValues(new BigInt64Array(2)).dtype, 'int64');
    assert.equal(fromValues(new Int32Array(2)).dtype, 'int32');
    assert.equal(fromValues(new Int16Array(2)).dtype, 'int16');
    assert.equal(fromValues(new Int8Array(2)).dtype, 'int8');
    assert.equal(fromValues(new Uint8Array(2)).dtype, 'uint8');
  });
});

torchTest('a part of an array and shared memory are read where they are', () => {
  const shared = new Float32Array(new SharedArrayBuffer(16));
  shared.set([1, 2, 3, 4]);
  scope(() => {
    const tensor = fromValues(shared.subarray(1, 3));
    shared.fill(9); // the tensor has a copy
    assert.deepEqual(new Float32Array(tensor.toHost().data.buffer), Float32Array.of(2, 3));
  });
});

torchTest('a view comes back row by row whatever its strides', () => {
  scope(() => {
    const turned = callTensor('aten::t', fromNumbers([1, 2, 3, 4, 5, 6], [2, 3]));
    assert.deepEqual(turned.shape, [3, 2]);
    assert.deepEqual([...new Float32Array(turned.toHost().data.buffer)], [1, 4, 2, 5, 3, 6]);
  });
});

torchTest('values that do not fit the shape are refused', () => {
  assert.throws(() => fromValues(new Float32Array(3), [2, 2]), {
    code: 'option.invalid',
    message: 'Expected 16 bytes for the shape, but got 12.',
  });
  assert.throws(() => fromValues(new Float32Array(1), [2 ** 40, 2 ** 40]), {
    message: 'A tensor of this shape would not fit into memory.',
  });
  assert.throws(() => fromValues(new Float32Array(1), [-1]), { code: 'option.invalid' });
  assert.throws(() => fromHost({ dtype: 'float32', shape: [1], data: new Uint8Array(4) }, 'cuda:99'), {
    name: 'PosterError',
  });
});

torchTest('numbers of every size come back exactly', () => {
  scope(() => {
    const large = fromValues(BigInt64Array.of(2n ** 62n, -5n));
    assert.equal(call('aten::_local_scalar_dense', callTensor('aten::select.int', large, 0, 0)), 2n ** 62n);
    assert.equal(call('aten::_local_scalar_dense', callTensor('aten::select.int', large, 0, 1)), -5);
    assert.equal(call('aten::_local_scalar_dense', fromNumbers([0.5])), 0.5);
    assert.equal(call('aten::equal', large, large), true);
  });
});
