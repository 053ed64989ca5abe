import assert from 'node:assert/strict';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import {
  autocast,
  backward,
  enableGrad,
  gradientsOf,
  inferenceMode,
  noGrad,
} from '../../src/torch/autograd.js';
import { callTensor } from '../../src/torch/call.js';
import { scope } from '../../src/torch/scope.js';
import { fromNumbers, type Tensor } from '../../src/torch/tensor.js';
import { torchTest } from '../support/torch.js';

const numbers = (tensor: Tensor | undefined) => tensor && [...toFloat32(tensor.toHost())];
const square = (x: Tensor) => callTensor('aten::mul.Tensor', x, x);
const sum = (x: Tensor) => callTensor('aten::sum', x);

torchTest('backward adds up gradients', () => {
  scope(() => {
    const x = fromNumbers([1, -3]).setRequiresGrad(true);
    assert.equal(x.grad, undefined);
    backward(sum(square(x)));
    backward(square(x), { gradients: [fromNumbers([1, 0])] });
    assert.deepEqual(numbers(x.grad), [4, -6]);
    x.grad = undefined;
    assert.equal(x.grad, undefined);
    x.grad = fromNumbers([5, 5]);
    assert.deepEqual(numbers(x.grad), [5, 5]);
  });
});

torchTest('backward into chosen inputs leaves the others alone', () => {
  scope(() => {
    const a = fromNumbers([2]).setRequiresGrad(true);
    const b = fromNumbers([3]).setRequiresGrad(true);
    backward(callTensor('aten::mul.Tensor', a, b), { inputs: [a] });
    assert.deepEqual([numbers(a.grad), b.grad], [[3], undefined]);
  });
});

torchTest('gradientsOf gives second derivatives and undefined for what has no part', () => {
  scope(() => {
    const x = fromNumbers([2]).setRequiresGrad(true);
    const apart = fromNumbers([1]).setRequiresGrad(true);
    const cube = callTensor('aten::mul.Tensor', square(x), x);
    const [first, none] = gradientsOf([cube], [x, apart], { createGraph: true });
    assert.deepEqual([numbers(first), none], [[12], undefined]);
    assert.deepEqual(numbers(gradientsOf([first!], [x])[0]), [12]);
    assert.equal(x.grad, undefined);
  });
});

torchTest('a graph serves once unless it is retained', () => {
  scope(() => {
    const x = fromNumbers([2]).setRequiresGrad(true);
    const y = square(x);
    backward(y, { retainGraph: true });
    backward(y);
    assert.throws(() => backward(y), {
      code: 'engine.failed',
      message: /backward through the graph a second time/,
    });
    assert.throws(() => backward(square(fromNumbers([1]))), {
      code: 'engine.failed',
      message: /does not require grad/,
    });
  });
});

torchTest('modes switch recording off and on', () => {
  scope(() => {
    const x = fromNumbers([1]).setRequiresGrad(true);
    assert.equal(noGrad(() => square(x)).requiresGrad, false);
    assert.equal(noGrad(() => enableGrad(() => square(x))).requiresGrad, true);
    assert.equal(inferenceMode(() => square(x)).requiresGrad, false);
    assert.equal(square(x).requiresGrad, true);
    assert.throws(() => noGrad(async () => {}), {
      code: 'option.invalid',
      message: /^A noGrad function ends/,
    });
  });
});

torchTest('autocast computes matrix products in bfloat16 and ends with its function', () => {
  scope(() => {
    const x = fromNumbers([1, 2, 3, 4], [2, 2]).setRequiresGrad(true);
    const product = autocast('cpu', 'bfloat16', () => callTensor('aten::matmul', x, x));
    assert.equal(product.dtype, 'bfloat16');
    backward(sum(product));
    assert.equal(x.grad!.dtype, 'float32');
    assert.deepEqual(numbers(x.grad), [7, 11, 9, 13]);
    assert.equal(callTensor('aten::matmul', x, x).dtype, 'float32');
  });
});
