import assert from 'node:assert/strict';
import * as foreach from '../../../src/torch/kernels/foreach.js';
import { scope } from '../../../src/torch/scope.js';
import { fromValues, type Tensor } from '../../../src/torch/tensor.js';
import { assertClose } from '../../support/close.js';
import { torchTest } from '../../support/torch.js';

const lists = (...values: number[][]) => values.map((list) => fromValues(Float32Array.from(list)));
const numbers = (tensors: readonly Tensor[]) =>
  tensors.map((tensor) => [...new Float32Array(tensor.toHost().data.buffer)]);

torchTest('lists are computed with position by position into new ones', () => {
  scope(() => {
    const [a, b] = [lists([1, -4], [9]), lists([2, 3], [-1])];
    assert.deepEqual(numbers(foreach.plus(a, b)), [[3, -1], [8]]);
    assert.deepEqual(numbers(foreach.plus(a, b, -2)), [[-3, -10], [11]]);
    assert.deepEqual(numbers(foreach.times(a, b)), [[2, -12], [-9]]);
    assert.deepEqual(numbers(foreach.squareRoot(foreach.absolute(a))), [[1, 2], [3]]);
    assert.deepEqual(numbers(foreach.zerosLike(a)), [[0, 0], [0]]);
    assert.deepEqual(numbers(a), [[1, -4], [9]], 'which stay as they were');
    assertClose([foreach.norm(a)], [Math.sqrt(1 + 16 + 81)]);
  });
});

torchTest('names with InPlace change their first list alone', () => {
  scope(() => {
    const [b, c] = [lists([2, 4], [-1]), lists([3, 2], [4])];
    const after = (change: (a: readonly Tensor[]) => void) => {
      const a = lists([1, 2], [3]);
      change(a);
      return numbers(a);
    };
    assert.deepEqual(
      after((a) => foreach.addInPlace(a, b, 2)),
      [[5, 10], [1]],
    );
    assert.deepEqual(
      after((a) => foreach.addNumberInPlace(a, 1)),
      [[2, 3], [4]],
    );
    assert.deepEqual(
      after((a) => foreach.scaleInPlace(a, 3)),
      [[3, 6], [9]],
    );
    assert.deepEqual(
      after((a) => foreach.divideInPlace(a, 2)),
      [[0.5, 1], [1.5]],
    );
    assert.deepEqual(
      after((a) => foreach.addProductInPlace(a, b, c, 0.5)),
      [[4, 6], [1]],
    );
    assert.deepEqual(
      after((a) => foreach.addQuotientInPlace(a, b, c, 3)),
      [[3, 8], [2.25]],
    );
    assert.deepEqual(
      after((a) => foreach.copyInPlace(a, b)),
      [[2, 4], [-1]],
    );
    assert.deepEqual(numbers([...b, ...c]), [[2, 4], [-1], [3, 2], [4]]);
  });
});

torchTest('copies have memory of their own', () => {
  scope(() => {
    const a = lists([1]);
    const copies = foreach.copies(a);
    foreach.addNumberInPlace(a, 1);
    assert.deepEqual(numbers([...a, ...copies]), [[2], [1]]);
  });
});
