import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { types } from 'node:util';
import { type DType, dtypes, elementCount, type HostTensor } from '../../src/tensor/host-tensor.js';
import { addon, type GeneratorHandle, type Handle } from '../../src/torch/addon.js';
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

torchTest('sizes that are no whole numbers are refused', () => {
  for (const [size, got] of [
    [1.5, '1.5'],
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    ['1', "the string '1'"],
    [undefined, 'nothing'],
  ] as const)
    assert.throws(() => fromHost({ dtype: 'float32', shape: [size as number], data: new Uint8Array(4) }), {
      code: 'option.invalid',
      message: `Expected each size of a shape to be a whole number from 0 to 9007199254740991, but got ${got}.`,
    });
});

torchTest(
  "another addon's object is no tensor and no generator, and what it points to is not read",
  async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { _handle } = server as unknown as { _handle: { _externalStream: unknown } };
    const foreign = _handle._externalStream;
    assert.ok(types.isExternal(foreign));
    for (const use of [
      () => addon().release(foreign as Handle),
      () => addon().describe(foreign as Handle),
      () => addon().generatorState(foreign as GeneratorHandle),
      () => addon().operator('aten::t')(foreign as Handle),
      () => addon().describe(addon().generator('cpu', 1n) as unknown as Handle),
    ])
      assert.throws(use, TypeError);
    assert.throws(() => addon().operator('aten::t')(foreign as Handle), {
      message: /but got another addon's object\.$/,
    });
    server.close();
  },
);

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
