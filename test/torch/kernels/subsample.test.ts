import assert from 'node:assert/strict';
import { gradientsOf, noGrad } from '../../../src/torch/autograd.js';
import { call, callTensor } from '../../../src/torch/call.js';
import { subsample } from '../../../src/torch/kernels/maps.js';
import { scope } from '../../../src/torch/scope.js';
import type { Tensor } from '../../../src/torch/tensor.js';
import { normal, numbers } from '../../support/kernels.js';
import { torchTest } from '../../support/torch.js';

function sliced(x: Tensor, step: number): Tensor {
  const rows = callTensor('aten::slice.Tensor', x, 2, null, null, step);
  return callTensor('aten::slice.Tensor', rows, 3, null, null, step);
}

for (const format of ['contiguous', 'channels_last'])
  for (const step of [1, 2, 3])
    torchTest(`subsampling by ${step} keeps what is laid out ${format}, also the gradient`, () =>
      scope(() => {
        const x = noGrad(() => callTensor('aten::contiguous', normal([2, 3, 7, 4], 1), format));
        x.setRequiresGrad(true);
        const [actual, expected] = [subsample, sliced].map((of) => {
          const y = of(x, step);
          const cube = callTensor('aten::pow.Tensor_Scalar', y, 3);
          const [gradient] = gradientsOf([callTensor('aten::sum', cube)], [x], { createGraph: true });
          const length = callTensor('aten::sum', callTensor('aten::square', gradient!));
          return { y, gradient: gradient!, second: gradientsOf([length], [x])[0]! };
        });
        assert.deepEqual(actual!.y.shape, expected!.y.shape);
        for (const key of ['y', 'gradient', 'second'] as const)
          assert.deepEqual(numbers(actual![key]), numbers(expected![key]), key);
        const strides = (map: Tensor) => [0, 1, 2, 3].map((axis) => call('aten::stride.int', map, axis));
        assert.deepEqual(strides(actual!.gradient), strides(x));
      }),
    );

torchTest('subsampling refuses what is no map', () =>
  scope(() => {
    assert.throws(() => subsample(normal([2, 3], 1), 2), {
      code: 'engine.failed',
      message: 'subsample: expected a map B x C x H x W and a step above 0.',
    });
  }),
);
