import { test } from 'node:test';
import { learningRateAt } from '../../src/train/schedule.js';
import { assertClose } from '../support/close.js';

const official = { learningRate: 3.5e-5, decay: 0.98, warmupEpochs: 0 };

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
  const options = { learningRate: 1, decay: 1, warmupEpochs: 1.5 };
  const rates = Array.from({ length: 8 }, (_, i) =>
    learningRateAt(options, { epoch: Math.floor(i / 4), step: i % 4, stepsPerEpoch: 4 }),
  );
  assertClose(rates, [1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1, 1, 1]);
});

test('decay goes on during warm-up', () => {
  const rate = learningRateAt(
    { learningRate: 1, decay: 0.5, warmupEpochs: 2 },
    { epoch: 1, step: 0, stepsPerEpoch: 2 },
  );
  assertClose([rate], [0.5 * 0.75]);
});
