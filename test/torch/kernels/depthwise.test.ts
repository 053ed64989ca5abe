/** Our depthwise convolution against libtorch's own in float64. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { autocast, gradientsOf, noGrad } from '../../../src/torch/autograd.js';
import { call, callTensor } from '../../../src/torch/call.js';
import { depthwise } from '../../../src/torch/kernels/maps.js';
import { setThreads, threads } from '../../../src/torch/machine.js';
import { scope } from '../../../src/torch/scope.js';
import type { Tensor } from '../../../src/torch/tensor.js';
import { assertClose } from '../../support/close.js';
import { cast, normal, numbers, runNarrower } from '../../support/kernels.js';
import { torchMissing, torchTest } from '../../support/torch.js';

type Size = readonly [images: number, channels: number, height: number, width: number];

interface Case {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly upstream: Tensor;
  readonly stride: number;
  readonly padding: number;
}

const channelsLast = (x: Tensor) => callTensor('aten::contiguous', x, 'channels_last');

function draw(size: Size, stride: number, padding: number): Case {
  return noGrad(() => {
    const [images, channels, ...spatial] = size;
    const outputs = spatial.map((one) => Math.floor((one + 2 * padding - 3) / stride) + 1);
    return {
      x: channelsLast(cast(normal(size, 1), 'bfloat16')).setRequiresGrad(true),
      weight: normal([channels, 1, 3, 3], 2).setRequiresGrad(true),
      upstream: channelsLast(cast(normal([images, channels, ...outputs], 3), 'bfloat16')),
      stride,
      padding,
    };
  });
}

const reference = (x: Tensor, weight: Tensor, stride: number, padding: number) =>
  callTensor('aten::conv2d', x, weight, null, stride, padding, 1, weight.shape[0]!);

/** Output, gradient of x, gradient of the weight. */
function outcome(of: typeof depthwise, { x, weight, upstream, stride, padding }: Case): Tensor[] {
  const y = of(x, weight, stride, padding);
  return [y, ...gradientsOf([y], [x, weight], { gradients: [upstream] }).map((one) => one!)];
}

function exactOutcome(one: Case): Tensor[] {
  const wide = (x: Tensor) => noGrad(() => cast(x, 'float64')).setRequiresGrad(true);
  return outcome(reference, {
    ...one,
    x: wide(one.x),
    weight: wide(one.weight),
    upstream: wide(one.upstream),
  });
}

/** bfloat16 rounds what comes out; the sums within are float32. */
function assertOutcome(actual: Tensor[], expected: Tensor[]): void {
  const tolerances = [
    { rtol: 2 ** -8, atol: 1e-5 },
    { rtol: 2 ** -8, atol: 1e-5 },
    { rtol: 1e-4, atol: 1e-4 },
  ];
  ['output', 'gradient of x', 'gradient of the weight'].forEach((what, i) => {
    assert.deepEqual(actual[i]!.shape, expected[i]!.shape);
    assertClose(numbers(actual[i]!), numbers(expected[i]!), tolerances[i]!, what);
  });
}

const sizes: Size[] = [
  [2, 3, 7, 5],
  [1, 16, 6, 6],
  [3, 40, 12, 9],
  [2, 64, 3, 3],
  [2, 8, 1, 1],
  [2, 17, 2, 24],
];

for (const size of sizes)
  for (const stride of [1, 2, 3])
    for (const padding of [0, 1, 2, 3]) {
      if (Math.min(size[2], size[3]) + 2 * padding < 3) continue;
      torchTest(`depthwise of ${size.join(' x ')}, stride ${stride}, padding ${padding}`, () =>
        scope(() => {
          const drawn = draw(size, stride, padding);
          const actual = outcome(depthwise, drawn);
          assert.deepEqual(
            actual.map(({ dtype }) => dtype),
            ['bfloat16', 'bfloat16', 'float32'],
          );
          assertOutcome(actual, exactOutcome(drawn));
        }),
      );
    }

torchTest('depthwise keeps maps channels last, whatever the layout of the gradient from above', () =>
  scope(() => {
    const drawn = draw([2, 32, 6, 6], 2, 1);
    const upstream = callTensor('aten::contiguous', drawn.upstream, 'contiguous');
    const actual = outcome(depthwise, { ...drawn, upstream });
    assertOutcome(actual, exactOutcome(drawn));
    for (const map of actual.slice(0, 2)) assert.equal(call('aten::stride.int', map, 1), 1);
  }),
);

torchTest('depthwise under autocast takes float32 maps as bfloat16', () =>
  scope(() => {
    const drawn = draw([2, 32, 6, 6], 2, 1);
    const x = noGrad(() => channelsLast(cast(drawn.x, 'float32'))).setRequiresGrad(true);
    const inAutocast: typeof depthwise = (...all) => autocast('cpu', 'bfloat16', () => depthwise(...all));
    const actual = outcome(inAutocast, { ...drawn, x });
    assert.deepEqual(
      actual.map(({ dtype }) => dtype),
      ['bfloat16', 'float32', 'float32'],
    );
    assertOutcome(actual, exactOutcome(drawn));
  }),
);

torchTest('depthwise can be differentiated twice', () =>
  scope(() => {
    const drawn = draw([2, 5, 4, 4], 2, 1);
    const second = (of: typeof depthwise, { x, weight, upstream }: Case) => {
      const y = of(x, weight, 2, 1);
      const [first] = gradientsOf([y], [x], { gradients: [upstream], createGraph: true });
      const length = callTensor('aten::sum', callTensor('aten::square', cast(first!, 'float32')));
      return numbers(gradientsOf([length], [weight])[0]!);
    };
    const typed = noGrad(() => cast(drawn.weight, 'bfloat16')).setRequiresGrad(true);
    const expected = second(reference, { ...drawn, weight: typed });
    assertClose(second(depthwise, drawn), expected, { rtol: 0.05, atol: 0.3 });
  }),
);

torchTest('the gradient of the weight does not depend on threads', () =>
  scope(() => {
    const before = threads();
    const drawn = draw([16, 32, 24, 24], 2, 1);
    const gradients = [1, 2, 3, 2].map((count) => {
      setThreads(count);
      return [...outcome(depthwise, drawn)[2]!.toHost().data];
    });
    setThreads(before);
    for (const one of gradients) assert.deepEqual(one, gradients[0]);
  }),
);

torchTest('what is not bfloat16, channels last and 3 x 3 is the convolution of libtorch', () =>
  scope(() => {
    const x = normal([2, 6, 7, 7], 1);
    for (const kernel of [3, 5]) {
      const weight = normal([6, 1, kernel, kernel], 2);
      assert.deepEqual(numbers(depthwise(x, weight, 1, 1)), numbers(reference(x, weight, 1, 1)));
    }
    assert.throws(() => depthwise(x, normal([5, 1, 3, 3], 2), 1, 1), { code: 'engine.failed' });
    const narrow = channelsLast(cast(x, 'bfloat16'));
    assert.throws(() => depthwise(narrow, normal([6, 1, 3, 3], 2), 0, 1), { code: 'engine.failed' });
  }),
);

runNarrower(fileURLToPath(import.meta.url), test, torchMissing);
