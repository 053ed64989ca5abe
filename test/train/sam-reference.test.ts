import { readFileSync } from 'node:fs';
import { publishedConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { inferenceMode } from '../../src/torch/autograd.js';
import { scope } from '../../src/torch/scope.js';
import { torchOps } from '../../src/torch/torch-ops.js';
import { trainStep } from '../../src/train/loop/train-step.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { torchTest } from '../support/torch.js';
import { batchOf, trainerOf, values } from './steps.js';

// Adam's first steps take little but the sign of a gradient, so that in float32 the order of sums shows. With oneDNN's
// kernels for AVX-512 the official program itself ends 2.4e-3 from the reference, with those for AVX2, as here, 2.8e-4
// (bench/pytorch/sam_rounding.py). oneDNN reads this when it is first used.
process.env.DNNL_MAX_CPU_ISA ??= 'AVX2';

interface Reference {
  batch: number;
  rho: number;
  steps: { labels: number[]; images_seed: number; loss_first: number; loss_second: number; lr: number }[];
  eval_logits_after: number[][];
  param: Record<string, { l2: number; first: number[] }>;
}

torchTest('three steps of SAM and Adam equal the official ones', () => {
  const reference: Reference = JSON.parse(readFileSync(fixture('train/sam_steps.json'), 'utf8'));
  scope(() => {
    const network = posterV2(publishedConfig);
    const trainer = trainerOf(network, { rho: reference.rho });
    for (const step of reference.steps) {
      const batch = batchOf(reference.batch, step.images_seed, step.labels);
      const { loss, perturbedLoss } = trainStep(trainer, [batch], step.lr);
      const expected = [step.loss_first, step.loss_second];
      assertClose([loss, perturbedLoss], expected, { rtol: 0, atol: 1e-3 }, 'losses');
    }
    for (const [name, { l2 }] of Object.entries(reference.param)) {
      const norm = Math.sqrt(values(trainer.parameters.get(name)!).reduce((sum, x) => sum + x * x, 0));
      assertClose([norm], [l2], { rtol: 1e-4 }, name);
    }
    const ops = torchOps(trainer.parameters, { training: false });
    const { images } = batchOf(2, 1, [0, 0]);
    const { logits } = inferenceMode(() => network.forward(ops, images));
    assertClose(values(logits), reference.eval_logits_after.flat(), { rtol: 0, atol: 2e-3 }, 'logits');
    trainer.optimizer.dispose();
  });
});
