/** Optimisers and SAM's perturbation against PyTorch (test/fixtures/torch/make-optimizers.py). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { toFloat32 } from '../../../src/tensor/host-tensor.js';
import { scope } from '../../../src/torch/scope.js';
import { fromNumbers, type Tensor } from '../../../src/torch/tensor.js';
import { clipGradients } from '../../../src/train/optim/clip-gradients.js';
import { createOptimizer, type OptimizerOptions } from '../../../src/train/optim/optimizer.js';
import { perturb } from '../../../src/train/optim/sam.js';
import { assertClose } from '../../support/close.js';
import { fixture } from '../../support/fixtures.js';
import { torchTest } from '../../support/torch.js';

interface Reference {
  shapes: number[][];
  start: number[][];
  gradients: number[][][];
  rates: number[];
  optimizers: { options: Partial<OptimizerOptions>; parameters: number[][][] }[];
  climbs: { rho: number; adaptive: boolean; norm: number; parameters: number[][] }[];
}

const reference: Reference = JSON.parse(readFileSync(fixture('torch/optimizers.json'), 'utf8'));
const defaults: OptimizerOptions = {
  optimizer: 'adam',
  momentum: 0,
  weightDecay: 0,
  weightDecayExclude1d: false,
  clipGradient: 0,
  beta1: 0.8,
  beta2: 0.99,
  epsilon: 1e-6,
};

const tensors = (values: number[][]) => values.map((one, i) => fromNumbers(one, reference.shapes[i]!));
const values = (tensor: Tensor) => [...toFloat32(tensor.toHost())];

function start(): Map<string, Tensor> {
  return new Map(tensors(reference.start).map((tensor, i) => [`p${i}`, tensor.setRequiresGrad(true)]));
}

function setGradients(parameters: ReadonlyMap<string, Tensor>, step: number): void {
  const gradients = tensors(reference.gradients[step]!);
  [...parameters.values()].forEach((parameter, i) => {
    parameter.grad = gradients[i];
  });
}

for (const { options, parameters: expected } of reference.optimizers) {
  torchTest(`${JSON.stringify(options)} steps as PyTorch`, () => {
    scope(() => {
      const parameters = start();
      const optimizer = createOptimizer(parameters, { ...defaults, ...options });
      reference.rates.forEach((rate, step) => {
        setGradients(parameters, step);
        optimizer.step(rate);
        const actual = [...parameters.values()].map(values);
        assertClose(actual.flat(), expected[step]!.flat(), { rtol: 1e-5 }, `after step ${step + 1}`);
      });
      optimizer.dispose();
    });
  });

  torchTest(`${JSON.stringify(options)} continues from a saved state to the bit`, () => {
    scope(() => {
      const [straight, resumed] = [start(), start()];
      const first = createOptimizer(straight, { ...defaults, ...options });
      const second = createOptimizer(resumed, { ...defaults, ...options });
      const step = (optimizer: typeof first, parameters: typeof straight, n: number) => {
        setGradients(parameters, n);
        optimizer.step(reference.rates[n]!);
      };
      step(first, straight, 0);
      step(second, resumed, 0);
      const { steps, moments } = second.state;
      const saved = new Map(
        [...moments].map(([moment, of]) => [moment, new Map([...of].map(([name, t]) => [name, t.toHost()]))]),
      );
      second.dispose();
      const third = createOptimizer(resumed, { ...defaults, ...options });
      third.restore(steps, (moment, name) => saved.get(moment)!.get(name)!);
      step(first, straight, 1);
      step(third, resumed, 1);
      assert.deepEqual([...resumed.values()].map(values), [...straight.values()].map(values));
      first.dispose();
      third.dispose();
    });
  });
}

torchTest('a parameter without a gradient stays as it is', () => {
  scope(() => {
    const parameters = start();
    const optimizer = createOptimizer(parameters, { ...defaults, optimizer: 'adamw', weightDecay: 0.1 });
    setGradients(parameters, 0);
    parameters.get('p1')!.grad = undefined;
    optimizer.step(0.1);
    assertClose(values(parameters.get('p1')!), reference.start[1]!);
    optimizer.dispose();
  });
});

torchTest('without decay of vectors each parameter moves as PyTorch’s group of its decay', () => {
  const moved = (options: Partial<OptimizerOptions>) =>
    scope(() => {
      const parameters = start();
      const optimizer = createOptimizer(parameters, { ...defaults, ...options });
      setGradients(parameters, 0);
      optimizer.step(0.1);
      optimizer.dispose();
      return [...parameters.values()].map(values);
    });
  for (const optimizer of ['adam', 'adamw', 'sgd'] as const) {
    const [matrix, vector] = moved({ optimizer, weightDecay: 0.1, weightDecayExclude1d: true });
    assert.deepEqual(matrix, moved({ optimizer, weightDecay: 0.1 })[0], `${optimizer}: p0 is 2 x 3`);
    assert.deepEqual(vector, moved({ optimizer })[1], `${optimizer}: p1 has one axis`);
    assert.notDeepEqual(vector, moved({ optimizer, weightDecay: 0.1 })[1]);
  }
});

torchTest('gradients are clipped by their norm together, as torch.nn.utils.clip_grad_norm_', () => {
  scope(() => {
    const clipped = (limit: number) => {
      const gradients = [fromNumbers([3, -4], [2]), fromNumbers([12], [1, 1])];
      clipGradients(gradients, limit);
      return gradients.flatMap(values);
    };
    assertClose(clipped(2), [0.4615384340286255, -0.615384578704834, 1.846153736114502], { rtol: 1e-7 });
    assert.deepEqual(clipped(13.1), [3, -4, 12]);
    clipGradients([], 1);
  });
});

torchTest('an optimiser clips all parameters together before it moves any', () => {
  scope(() => {
    const parameters = start();
    const options = { ...defaults, optimizer: 'sgd', clipGradient: 0.5, weightDecayExclude1d: true } as const;
    const optimizer = createOptimizer(parameters, options);
    setGradients(parameters, 0);
    optimizer.step(1);
    const way = [...parameters.values()]
      .flatMap(values)
      .map((value, i) => reference.start.flat()[i]! - value);
    const gradients = reference.gradients[0]!.flat();
    const norm = Math.hypot(...gradients);
    assert.ok(norm > 0.5);
    assertClose(
      way,
      gradients.map((gradient) => (0.5 * gradient) / norm),
      { rtol: 1e-4 },
    );
    optimizer.dispose();
  });
});

torchTest('gradients to clip that are not finite stop the step before anything moves', () => {
  scope(() => {
    const parameters = start();
    const optimizer = createOptimizer(parameters, { ...defaults, clipGradient: 1 });
    const before = [...parameters.values()].map(values);
    setGradients(parameters, 0);
    parameters.get('p1')!.grad = fromNumbers([0, Number.POSITIVE_INFINITY, 0, 0]);
    assert.throws(() => optimizer.step(0.1), {
      code: 'training.diverged',
      message: 'The norm of the gradients became Infinity; the weights are as before the step.',
    });
    assert.deepEqual([...parameters.values()].map(values), before);
    assert.equal(optimizer.state.steps, 0);
    optimizer.dispose();
  });
});

for (const { rho, adaptive, norm, parameters: expected } of reference.climbs) {
  torchTest(
    `SAM climbs ${adaptive ? 'relative to the weights' : 'along the gradient'} and comes back`,
    () => {
      scope(() => {
        const parameters = [...start().values()];
        const before = parameters.map(values);
        setGradients(new Map(parameters.map((parameter, i) => [`${i}`, parameter])), 0);
        const perturbed = perturb(parameters, { rho, adaptive });
        assertClose([perturbed.gradientNorm], [norm], { rtol: 1e-5 }, 'norm');
        assertClose(parameters.flatMap(values), expected.flat(), { rtol: 1e-5 }, 'perturbed');
        for (const parameter of parameters) assert.equal(parameter.grad, undefined);
        perturbed.restore();
        assert.deepEqual(parameters.map(values), before);
      });
    },
  );
}
