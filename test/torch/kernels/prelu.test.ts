/** Our PReLU against libtorch's own: values, gradients and second gradients, in every type and layout. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { HostTensor } from '../../../src/tensor/host-tensor.js';
import { autocast, gradientsOf, noGrad } from '../../../src/torch/autograd.js';
import { call, callTensor } from '../../../src/torch/call.js';
import { prelu } from '../../../src/torch/kernels/maps.js';
import { setThreads, threads } from '../../../src/torch/machine.js';
import { scope } from '../../../src/torch/scope.js';
import { fromNumbers, type Tensor } from '../../../src/torch/tensor.js';
import { assertClose } from '../../support/close.js';
import { cast, normal, numbers, runNarrower } from '../../support/kernels.js';
import { torchMissing, torchTest } from '../../support/torch.js';

type Type = 'float32' | 'bfloat16' | 'float64';
type Format = 'contiguous' | 'channels_last';

const reference = (x: Tensor, slopes: Tensor) => callTensor('aten::prelu', x, slopes);
interface Case {
  readonly x: Tensor;
  readonly slopes: Tensor;
  readonly upstream: Tensor;
}

function draw(shape: readonly number[], type: Type, format: Format): Case {
  return noGrad(() => {
    const laidOut = (x: Tensor) => {
      const typed = cast(x, type);
      return shape.length === 4 ? callTensor('aten::contiguous', typed, format) : typed;
    };
    return {
      x: laidOut(normal(shape, 1)).setRequiresGrad(true),
      slopes: normal([shape[1]!], 2).setRequiresGrad(true),
      upstream: laidOut(normal(shape, 3)),
    };
  });
}

/** Output, gradient of x, gradient of the slopes. */
function outcome(of: typeof prelu, { x, slopes, upstream }: Case): Tensor[] {
  const y = of(x, slopes);
  return [y, ...gradientsOf([y], [x, slopes], { gradients: [upstream] }).map((gradient) => gradient!)];
}

/** The same from float64, so that what is left is our own rounding. */
function exactOutcome({ x, slopes, upstream }: Case): Tensor[] {
  const [wideX, wideSlopes] = [x, slopes].map((one) =>
    noGrad(() => cast(one, 'float64')).setRequiresGrad(true),
  );
  return outcome(reference, { x: wideX!, slopes: wideSlopes!, upstream: cast(upstream, 'float64') });
}

function assertOutcome(actual: Tensor[], expected: Tensor[], type: Type, values: number, what: string) {
  const rounding = type === 'bfloat16' ? 2 ** -8 : 1e-6;
  const [y, dx, dSlopes] = actual;
  assertClose(numbers(y!), numbers(expected[0]!), { rtol: rounding, atol: 1e-12 }, `${what}: output`);
  assertClose(numbers(dx!), numbers(expected[1]!), { rtol: rounding, atol: 1e-12 }, `${what}: dx`);
  const atol = 1e-6 * Math.sqrt(values);
  assertClose(numbers(dSlopes!), numbers(expected[2]!), { rtol: 1e-5, atol }, `${what}: slopes`);
}

const shapes = [
  [2, 3, 5, 7],
  [3, 1, 4, 9],
  [2, 16, 6, 6],
  [1, 24, 48, 48],
  [4, 37, 1, 1],
  [2, 100, 3, 11],
  [5, 130, 17, 2],
  [7, 64],
  [2, 20, 33],
];

for (const type of ['float32', 'bfloat16'] as const)
  for (const format of ['contiguous', 'channels_last'] as const)
    for (const shape of shapes)
      torchTest(`prelu of ${shape.join(' x ')} ${type} ${format}`, () =>
        scope(() => {
          const drawn = draw(shape, type, format);
          const actual = outcome(prelu, drawn);
          assert.deepEqual(
            actual.map(({ dtype }) => dtype),
            [type, type, 'float32'],
          );
          const perChannel = shape.reduce((product, size) => product * size, 1) / shape[1]!;
          assertOutcome(actual, exactOutcome(drawn), type, perChannel, 'against float64');
        }),
      );

torchTest('prelu keeps the layout of what it is given', () =>
  scope(() => {
    const drawn = draw([2, 32, 6, 6], 'bfloat16', 'channels_last');
    const [y, dx] = outcome(prelu, drawn);
    for (const one of [y!, dx!])
      assert.equal(call('aten::stride.int', one, 1), 1, 'channels lie side by side');
  }),
);

torchTest('prelu takes upstream gradients of another layout and inputs that are not dense', () =>
  scope(() => {
    const drawn = draw([4, 32, 6, 10], 'float32', 'channels_last');
    const upstream = callTensor('aten::contiguous', drawn.upstream, 'contiguous');
    assertOutcome(outcome(prelu, { ...drawn, upstream }), exactOutcome(drawn), 'float32', 240, 'mixed');
    const whole = draw([4, 32, 6, 10], 'float32', 'contiguous');
    const part = (x: Tensor) => noGrad(() => callTensor('aten::slice.Tensor', x, 3, 1, 8, 2));
    const sliced = { ...whole, x: part(whole.x).setRequiresGrad(true), upstream: part(whole.upstream) };
    assertOutcome(outcome(prelu, sliced), exactOutcome(sliced), 'float32', 96, 'sliced');
  }),
);

torchTest('prelu of what is not finite is that of libtorch', () =>
  scope(() => {
    const values = [Number.NaN, Infinity, -Infinity, 0, -0, -1e-40, 3, -3];
    for (const type of ['float32', 'bfloat16'] as const) {
      const x = cast(fromNumbers([...values, ...values, ...values], [3, 1, 8]), type);
      const slopes = fromNumbers([-0.5]);
      assert.deepEqual(numbers(prelu(x, slopes)), numbers(reference(x, cast(slopes, type))));
    }
  }),
);

torchTest('prelu under autocast keeps float32 slopes beside bfloat16 values', () =>
  scope(() => {
    const drawn = draw([2, 32, 6, 6], 'bfloat16', 'channels_last');
    const y = autocast('cpu', 'bfloat16', () => prelu(drawn.x, drawn.slopes));
    const gradients = gradientsOf([y], [drawn.x, drawn.slopes], { gradients: [drawn.upstream] });
    assertOutcome([y, ...gradients.map((one) => one!)], exactOutcome(drawn), 'bfloat16', 72, 'autocast');
  }),
);

torchTest('prelu can be differentiated twice', () =>
  scope(() => {
    for (const type of ['float32', 'bfloat16'] as const) {
      const drawn = draw([2, 5, 3, 4], type, 'contiguous');
      const second = (of: typeof prelu, slopes: Tensor) => {
        const y = of(drawn.x, slopes);
        const inputs = [drawn.x, slopes];
        const first = gradientsOf([y], inputs, { gradients: [drawn.upstream], createGraph: true });
        const length = callTensor('aten::sum', callTensor('aten::square', cast(first[0]!, 'float32')));
        const together = callTensor(
          'aten::add.Tensor',
          length,
          callTensor('aten::sum', callTensor('aten::square', cast(first[1]!, 'float32'))),
        );
        return gradientsOf([together], inputs).map((one) => numbers(one!));
      };
      const [x, slopes] = second(prelu, drawn.slopes);
      const typed = noGrad(() => cast(drawn.slopes, type)).setRequiresGrad(true);
      const [expectedX, expectedSlopes] = second(reference, typed);
      const tolerance = type === 'bfloat16' ? { rtol: 0.05, atol: 0.3 } : { rtol: 1e-5, atol: 1e-5 };
      assertClose(x!, expectedX!, tolerance, `${type} x`);
      assertClose(slopes!, expectedSlopes!, tolerance, `${type} slopes`);
    }
  }),
);

torchTest('the gradient of slopes does not depend on threads', () =>
  scope(() => {
    const before = threads();
    for (const format of ['contiguous', 'channels_last'] as const) {
      const drawn = draw([16, 32, 24, 24], 'bfloat16', format);
      const gradients = [1, 2, 3, 2].map((count) => {
        setThreads(count);
        return bytesOf(outcome(prelu, drawn)[2]!.toHost());
      });
      for (const one of gradients) assert.deepEqual(one, gradients[0]);
    }
    setThreads(before);
  }),
);

torchTest('prelu of other types, shared slopes or no images is that of libtorch', () =>
  scope(() => {
    const wide = cast(normal([2, 3, 4], 1), 'float64');
    const slopes = normal([3], 2);
    const expected = reference(wide, cast(slopes, 'float64'));
    assert.deepEqual(numbers(prelu(wide, cast(slopes, 'float64'))), numbers(expected));
    const x = normal([2, 3, 4], 1);
    assert.deepEqual(numbers(prelu(x, fromNumbers([0.3]))), numbers(reference(x, fromNumbers([0.3]))));
    assert.deepEqual(prelu(normal([0, 3, 4], 1), slopes).shape, [0, 3, 4]);
    assert.throws(() => prelu(x, fromNumbers([1, 2])), { code: 'engine.failed' });
  }),
);

runNarrower(fileURLToPath(import.meta.url), test, torchMissing);

const bytesOf = ({ data }: HostTensor) => [...data];
