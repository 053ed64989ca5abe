import assert from 'node:assert/strict';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { noGrad } from '../../src/torch/autograd.js';
import { type Argument, call, callTensor, callTensors, hasOperator, schemaOf } from '../../src/torch/call.js';
import { scope } from '../../src/torch/scope.js';
import { fromNumbers, fromValues, type Tensor } from '../../src/torch/tensor.js';
import { torchTest } from '../support/torch.js';

const numbers = (tensor: Tensor) => [...toFloat32(tensor.toHost())];

torchTest('arguments are converted as the schema says', () => {
  scope(() => {
    const x = fromNumbers([1, 2, 3, 4], [2, 2]);
    assert.deepEqual(numbers(callTensor('aten::add.Tensor', x, x, 0.5)), [1.5, 3, 4.5, 6]);
    assert.deepEqual(numbers(callTensor('aten::cat', [x, x], 1)), [1, 2, 1, 2, 3, 4, 3, 4]);
    assert.deepEqual(numbers(callTensor('aten::full', [2], 7, 'float32', null, 'cpu')), [7, 7]);
    assert.equal(callTensor('aten::to.dtype', x, 'bfloat16').dtype, 'bfloat16');
    assert.deepEqual(numbers(callTensor('aten::sum.dim_IntList', x, [0])), [4, 6]);
    assert.deepEqual(
      numbers(callTensor('aten::index.Tensor', x, [null, fromValues(BigInt64Array.of(1n))])),
      [2, 4],
    );
    assert.equal(callTensors('aten::_foreach_add.ScalarList', [x, x], [1, 0.5]).length, 2);
    assert.deepEqual(callTensors('aten::max.dim', x, 1).map(numbers), [
      [2, 4],
      [1, 1],
    ]);
    assert.equal(call('aten::size.int', x, 0), 2);
    assert.equal(call('aten::_foreach_mul_.Scalar', [x], 2), undefined);
    assert.deepEqual(numbers(x), [2, 4, 6, 8]);
  });
});

torchTest('a whole number leaves an integer tensor one; a fraction or -0 does not', () => {
  scope(() => {
    const x = fromValues(Int32Array.of(1, 2));
    assert.equal(callTensor('aten::mul.Scalar', x, 2).dtype, 'int32');
    assert.equal(callTensor('aten::mul.Scalar', x, 2.5).dtype, 'float32');
    assert.equal(Object.is(numbers(callTensor('aten::full', [1], -0, 'float32'))[0], -0), true);
    assert.equal(numbers(callTensor('aten::full', [1], 1e300, 'float64'))[0], Number.POSITIVE_INFINITY);
  });
});

const refusals: [name: string, message: string | RegExp, ...args: Argument[]][] = [
  ['aten::relu', "aten::relu: argument 'self' must be Tensor, but got the string 'x'.", 'x'],
  ['aten::relu', "aten::relu: argument 'self' must be Tensor, but got null.", null],
  ['aten::relu', "aten::relu: argument 'self' (Tensor) is missing."],
  ['aten::relu', 'aten::relu: takes at most 1 arguments, but got 2.', 1, 2],
  ['aten::full', "aten::full: argument 'size' must be int[], but got 2.", 2, 1],
  ['aten::full', "aten::full: argument 'size' must be int[], but got 1.5.", [1.5], 1],
  ['aten::full', "aten::full: argument 'fill_value' must be Scalar, but got an array.", [1], [1]],
  [
    'aten::full',
    "aten::full: argument 'pin_memory' must be bool?, but got 1.",
    [1],
    1,
    'float32',
    null,
    'cpu',
    1,
  ],
  [
    'aten::full',
    /^aten::full: Expected an element type \(float32, .*\), but got 'float33'\.$/,
    [1],
    1,
    'float33',
  ],
  ['aten::full', /^aten::full: Expected a device .*, but got 'gpu'\.$/, [1], 1, 'float32', null, 'gpu'],
  ['aten::no_such_operator', "This libtorch has no operator 'aten::no_such_operator'."],
];

for (const [name, message, ...args] of refusals) {
  torchTest(`${name} refuses ${JSON.stringify(args)}`, () => {
    assert.throws(() => call(name, ...args), { name: 'PosterError', code: 'option.invalid', message });
  });
}

torchTest("libtorch's own errors carry its words and the caller's stack", () => {
  function theCaller() {
    return scope(() =>
      callTensor('aten::matmul', fromNumbers([1, 2], [1, 2]), fromNumbers([1, 2, 3], [1, 3])),
    );
  }
  assert.throws(theCaller, (error: Error & { code: string }) => {
    assert.equal(error.code, 'engine.failed');
    assert.match(error.message, /^aten::matmul: mat1 and mat2 shapes cannot be multiplied \(1x2 and 1x3\)$/);
    assert.match(error.stack!, /theCaller.*call\.test\.[jt]s/);
    assert.doesNotMatch(error.stack!, /frame #|libtorch_cpu\.so|libc10/);
    return true;
  });
});

torchTest('an error inside a mode passes through unchanged and ends the mode', () => {
  const thrown = new RangeError('mine');
  assert.throws(
    () =>
      noGrad(() => {
        throw thrown;
      }),
    (error) => error === thrown,
  );
  scope(() => {
    const x = fromNumbers([1]).setRequiresGrad(true);
    assert.equal(callTensor('aten::relu', x).requiresGrad, true);
  });
});

torchTest('schemas can be asked for', () => {
  assert.equal(schemaOf('aten::relu'), 'aten::relu(Tensor self) -> Tensor');
  assert.equal(hasOperator('aten::relu'), true);
  assert.equal(hasOperator('aten::no_such_operator'), false);
});
