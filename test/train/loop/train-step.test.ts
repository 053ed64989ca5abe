import assert from 'node:assert/strict';
import { narrowConfig } from '../../../src/network/config.js';
import { posterV2 } from '../../../src/network/poster-v2.js';
import { backward, noGrad } from '../../../src/torch/autograd.js';
import { callTensor } from '../../../src/torch/call.js';
import { scope } from '../../../src/torch/scope.js';
import { torchOps } from '../../../src/torch/torch-ops.js';
import { type Batch, type Trainer, trainStep } from '../../../src/train/loop/train-step.js';
import { createOptimizer } from '../../../src/train/optim/optimizer.js';
import { perturb } from '../../../src/train/optim/sam.js';
import { assertClose } from '../../support/close.js';
import { torchTest } from '../../support/torch.js';
import { adam, batchOf, trainerOf, values } from '../steps.js';

/** A step written out: both passes through the whole network, as the official program does. */
function plainStep({ network, parameters, optimizer, rho }: Trainer, batch: Batch, rate: number): void {
  const learned = [...parameters.values()].filter((parameter) => parameter.requiresGrad);
  const pass = () => {
    const { logits } = network.forward(
      torchOps(parameters, { training: true, stochasticDepth: false }),
      batch.images,
    );
    backward(callTensor('aten::cross_entropy_loss', logits, batch.labels));
  };
  pass();
  const perturbed = perturb(learned, { rho, adaptive: false });
  pass();
  perturbed.restore();
  optimizer.step(rate);
}

const narrow = posterV2(narrowConfig);
const narrowBatch = (seed: number) => batchOf(3, seed, [1, 5, seed % 7]);

torchTest('one run of the frozen branch leaves what two would', () => {
  scope(() => {
    const [once, twice] = [trainerOf(narrow), trainerOf(narrow)];
    for (const seed of [1, 2]) {
      trainStep(once, [narrowBatch(seed)], 1e-3);
      plainStep(twice, narrowBatch(seed), 1e-3);
      for (const parameter of twice.parameters.values()) parameter.grad = undefined;
    }
    for (const [name, expected] of twice.parameters)
      assertClose(values(once.parameters.get(name)!), values(expected), { rtol: 1e-4, atol: 1e-5 }, name);
    once.optimizer.dispose();
    twice.optimizer.dispose();
  });
});

torchTest('several batches train by the mean of their gradients', () => {
  scope(() => {
    const sgd = (trainer: Trainer): Trainer => {
      trainer.optimizer.dispose();
      const learned = new Map([...trainer.parameters].filter(([, parameter]) => parameter.requiresGrad));
      return { ...trainer, optimizer: createOptimizer(learned, { ...adam, optimizer: 'sgd' }) };
    };
    const moved = (batches: readonly Batch[]) => {
      const trainer = sgd(trainerOf(narrow, { rho: 0 }));
      const report = trainStep(trainer, batches, 0.1);
      trainer.optimizer.dispose();
      return { report, weights: values(trainer.parameters.get('VIT.head.linear.weight')!) };
    };
    const [one, other, both] = [[narrowBatch(1)], [narrowBatch(2)], [narrowBatch(1), narrowBatch(2)]].map(
      moved,
    );
    const mean = one!.weights.map((weight, i) => (weight + other!.weights[i]!) / 2);
    assertClose(both!.weights, mean, { rtol: 1e-5 }, 'weights');
    assertClose([both!.report.loss], [(one!.report.loss + other!.report.loss) / 2]);
    assert.equal(both!.report.correct, one!.report.correct + other!.report.correct);
    assert.equal(both!.report.perturbedLoss, both!.report.loss);
  });
});

torchTest('what is clipped is the mean gradient of all batches at the perturbed weights', () => {
  scope(() => {
    const batches = [narrowBatch(1), narrowBatch(2)];
    const moves = (clipGradient: number) => {
      const trainer = trainerOf(narrow, { rho: 0.05 });
      trainer.optimizer.dispose();
      const learned = new Map([...trainer.parameters].filter(([, parameter]) => parameter.requiresGrad));
      const before = [...learned.values()].flatMap(values);
      const optimizer = createOptimizer(learned, { ...adam, optimizer: 'sgd', clipGradient });
      trainStep({ ...trainer, optimizer }, batches, 1);
      optimizer.dispose();
      const after = [...learned.values()].flatMap(values);
      return after.map((value, i) => value - before[i]!);
    };
    const norm = (way: readonly number[]) => Math.sqrt(way.reduce((sum, x) => sum + x * x, 0));
    const free = moves(0);
    const limit = norm(free) / 4;
    const clipped = moves(limit);
    assertClose([norm(clipped)], [limit], { rtol: 1e-3 }, 'norm');
    const product = free.reduce((sum, x, i) => sum + x * clipped[i]!, 0);
    assertClose([product / norm(free) / norm(clipped)], [1], { rtol: 1e-5 }, 'direction');
  });
});

const notFinite = {
  'in the first pass': { rho: 0.05, scale: Number.NaN },
  'after the perturbation': { rho: 1e30, scale: 1 },
};

for (const [when, { rho, scale }] of Object.entries(notFinite)) {
  torchTest(`a loss that is not finite ${when} stops the step before the weights move`, () => {
    scope(() => {
      const trainer = trainerOf(narrow, { rho });
      const learned = [...trainer.parameters].filter(([, parameter]) => parameter.requiresGrad);
      const before = learned.map(([, parameter]) => values(parameter));
      const batch = narrowBatch(1);
      noGrad(() => callTensor('aten::mul_.Scalar', batch.images, scale));
      assert.throws(() => trainStep(trainer, [batch], 0.1), {
        code: 'training.diverged',
        message: /^The loss became (NaN|Infinity); the weights are as before the step\.$/,
      });
      learned.forEach(([name, parameter], i) => {
        assert.deepEqual(values(parameter), before[i], name);
      });
      trainer.optimizer.dispose();
    });
  });
}

torchTest('a step in bfloat16 is close to one in float32, with float32 weights', () => {
  scope(() => {
    const [full, half] = [trainerOf(narrow), trainerOf(narrow, { precision: 'bf16' })];
    const [a, b] = [full, half].map((trainer) => trainStep(trainer, [narrowBatch(1)], 1e-4));
    assertClose([b!.loss, b!.perturbedLoss], [a!.loss, a!.perturbedLoss], { rtol: 0.05 }, 'losses');
    for (const [name, parameter] of half.parameters)
      assert.equal(parameter.dtype, full.parameters.get(name)!.dtype, name);
    full.optimizer.dispose();
    half.optimizer.dispose();
  });
});
