import assert from 'node:assert/strict';
import { noGrad } from '../../../src/torch/autograd.js';
import { callTensor } from '../../../src/torch/call.js';
import { scope } from '../../../src/torch/scope.js';
import { fromNumbers, fromValues } from '../../../src/torch/tensor.js';
import { averageWeights, emaDecayAt } from '../../../src/train/optim/ema.js';
import { assertClose } from '../../support/close.js';
import { torchTest } from '../../support/torch.js';
import { values } from '../steps.js';

torchTest('weights and running statistics are averaged, counters and what is frozen are not', () => {
  scope(() => {
    const parameters = new Map([
      ['weight', fromNumbers([1, 2]).setRequiresGrad(true)],
      ['frozen.weight', fromNumbers([5])],
      ['bn.running_mean', fromNumbers([0])],
      ['bn.running_var', fromNumbers([1])],
      ['bn.num_batches_tracked', fromValues(BigInt64Array.of(3n))],
    ]);
    const average = averageWeights(parameters, 0.2);
    const expected = { weight: [1, 2], mean: [0], variance: [1] };
    for (let step = 0; step < 3; step++) {
      const decay = emaDecayAt(0.2, step);
      noGrad(() => {
        for (const tensor of parameters.values()) callTensor('aten::add_.Scalar', tensor, 1);
      });
      const mix = (old: number[], now: number[]) => old.map((x, i) => decay * x + (1 - decay) * now[i]!);
      expected.weight = mix(expected.weight, [2 + step, 3 + step]);
      expected.mean = mix(expected.mean, [1 + step]);
      expected.variance = mix(expected.variance, [2 + step]);
      average.update();
    }
    const of = (name: string) => values(average.parameters.get(name)!);
    assertClose(of('weight'), expected.weight, { rtol: 1e-6 });
    assertClose(of('bn.running_mean'), expected.mean, { rtol: 1e-6 });
    assertClose(of('bn.running_var'), expected.variance, { rtol: 1e-6 });
    assert.deepEqual([of('frozen.weight'), of('bn.num_batches_tracked')], [[8], [6]]);
    assert.deepEqual([...average.averaged.keys()], ['weight', 'bn.running_mean', 'bn.running_var']);
    assert.equal(average.steps, 3);
    for (const name of average.averaged.keys()) average.parameters.get(name)!.dispose();
  });
});

torchTest('the average starts as TensorFlow’s: min(decay, (1 + steps) / (10 + steps))', () => {
  assert.deepEqual([emaDecayAt(0.999, 0), emaDecayAt(0.999, 90), emaDecayAt(0.999, 1e6)], [0.1, 0.91, 0.999]);
});
