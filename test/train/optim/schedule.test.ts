import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  learningRateAt,
  learningRateOfEpoch,
  type ScheduleOptions,
} from '../../../src/train/optim/schedule.js';
import { assertClose } from '../../support/close.js';

const official: ScheduleOptions = {
  schedule: 'exponential',
  learningRate: 3.5e-5,
  decay: 0.98,
  minLearningRate: 0,
  warmupEpochs: 0,
  epochs: 200,
};

/** The rates of all steps. */
function rates(options: ScheduleOptions, stepsPerEpoch: number): number[] {
  return Array.from({ length: options.epochs * stepsPerEpoch }, (_, i) =>
    learningRateAt(options, {
      epoch: Math.floor(i / stepsPerEpoch),
      step: i % stepsPerEpoch,
      stepsPerEpoch,
    }),
  );
}

test('the rate of every step of an epoch is that of PyTorch’s ExponentialLR', () => {
  let chained = official.learningRate;
  for (let epoch = 0; epoch < 200; epoch++) {
    for (const step of [0, 85]) {
      const rate = learningRateAt(official, { epoch, step, stepsPerEpoch: 86 });
      assertClose([rate], [chained], { rtol: 1e-13, atol: 0 }, `epoch ${epoch}`);
    }
    chained *= official.decay;
  }
});

test('warm-up rises evenly over its steps and ends at the full rate', () => {
  const options = { ...official, learningRate: 1, decay: 1, warmupEpochs: 1.5, epochs: 2 };
  assertClose(rates(options, 4), [1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1, 1, 1]);
});

test('decay goes on during warm-up', () => {
  const options = { ...official, learningRate: 1, decay: 0.5, warmupEpochs: 2 };
  const rate = learningRateAt(options, { epoch: 1, step: 0, stepsPerEpoch: 2 });
  assertClose([rate], [0.5 * 0.75]);
});

const cosine: ScheduleOptions = {
  ...official,
  schedule: 'cosine',
  learningRate: 0.2,
  minLearningRate: 0.05,
  epochs: 4,
};

/** torch.optim.lr_scheduler.CosineAnnealingLR(T_max=8, eta_min=0.05) from 0.2, PyTorch 2.13. */
const annealed = [
  0.2, 0.194290964938, 0.178033008589, 0.153701257427, 0.125, 0.0962987425726, 0.071966991411,
  0.0557090350617,
];

test('the cosine falls step by step as PyTorch’s CosineAnnealingLR', () => {
  assertClose(rates(cosine, 2), annealed, { rtol: 1e-11, atol: 0 });
  assertClose(rates({ ...cosine, minLearningRate: 0 }, 1), [
    0.2,
    0.1 + 0.1 * Math.SQRT1_2,
    0.1,
    0.1 - 0.1 * Math.SQRT1_2,
  ]);
});

test('the cosine begins after warm-up and ends with the last epoch', () => {
  const warm = rates({ ...cosine, warmupEpochs: 1, epochs: 5 }, 2);
  assertClose(warm, [0.1, 0.2, ...annealed], { rtol: 1e-11, atol: 0 });
});

test('a warm-up as long as the training leaves no time for the cosine', () => {
  for (const warmupEpochs of [2, 4])
    assertClose(
      rates({ ...cosine, warmupEpochs, epochs: 2 }, 2),
      [1, 2, 3, 4].map((step) => (0.2 * step) / (2 * warmupEpochs)),
    );
});

test('the rate of an epoch is that of its first step after warm-up', () => {
  for (const options of [cosine, { ...cosine, warmupEpochs: 1 }, { ...official, warmupEpochs: 1 }])
    for (const epoch of [1, 2, 3]) {
      const rate = learningRateAt(options, { epoch, step: 0, stepsPerEpoch: 10 });
      assert.equal(learningRateOfEpoch(options, epoch), rate);
    }
  assert.equal(learningRateOfEpoch(cosine, 0), 0.2);
  assert.equal(learningRateOfEpoch(cosine, 4), 0.05);
  assert.equal(learningRateOfEpoch({ ...cosine, warmupEpochs: 2 }, 1), 0.2);
});

test('more epochs stretch the cosine', () => {
  const at = (epochs: number) =>
    learningRateAt({ ...cosine, epochs }, { epoch: 3, step: 0, stepsPerEpoch: 5 });
  assert.ok(at(8) > at(4));
  assert.equal(at(6), 0.125);
});
