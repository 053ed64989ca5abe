import assert from 'node:assert/strict';
import { backward } from '../../../src/torch/autograd.js';
import { scope } from '../../../src/torch/scope.js';
import { fromNumbers, fromValues, type Tensor } from '../../../src/torch/tensor.js';
import { type LossOptions, type Targets, trainingLoss } from '../../../src/train/optim/loss.js';
import { assertClose } from '../../support/close.js';
import { torchTest } from '../../support/torch.js';
import { values } from '../steps.js';

const logits = [
  [1, -0.5, 2],
  [0.3, 0.2, -1],
  [-2, 1.5, 0.5],
];
const labels = [2, 0, 1];
const taught = [
  [0.2, 0.1, 0.7],
  [1, 0, 0],
  [0.3, 0.3, 0.4],
];

function softmax(row: readonly number[], temperature = 1): number[] {
  const powers = row.map((value) => Math.exp(value / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

const crossEntropyByHand = () => mean(logits.map((row, i) => -Math.log(softmax(row)[labels[i]!]!)));

/** Sum of p log(p / q), where p is 0 nothing. */
function divergenceByHand(temperature: number): number {
  return mean(
    logits.map((row, i) => {
      const q = softmax(row, temperature);
      return taught[i]!.reduce((sum, p, c) => sum + (p > 0 ? p * Math.log(p / q[c]!) : 0), 0);
    }),
  );
}

function targets(rows: readonly number[]): Targets {
  return {
    labels: fromValues(BigInt64Array.from(rows, (i) => BigInt(labels[i]!))),
    taught: fromNumbers(
      rows.flatMap((i) => taught[i]!),
      [rows.length, 3],
    ),
  };
}

const tensorOf = (rows: readonly number[]): Tensor =>
  fromNumbers(
    rows.flatMap((i) => logits[i]!),
    [rows.length, 3],
  );

const all = [0, 1, 2];

for (const { weight, temperature } of [
  { weight: 0.3, temperature: 1 },
  { weight: 0.7, temperature: 4 },
  { weight: 1, temperature: 2 },
  { weight: 0, temperature: 2 },
])
  torchTest(`the teachers' share ${weight} at temperature ${temperature} is as written out by hand`, () => {
    scope(() => {
      const options: LossOptions = { labelSmoothing: 0, distillation: { weight, temperature } };
      const loss = trainingLoss(tensorOf(all), targets(all), options);
      const expected =
        (1 - weight) * crossEntropyByHand() + weight * temperature ** 2 * divergenceByHand(temperature);
      assertClose(values(loss), [expected], { rtol: 1e-6 });
    });
  });

torchTest('the gradient of the teachers’ share is T (softmax(z / T) - p) / B', () => {
  scope(() => {
    const temperature = 3;
    const z = tensorOf(all).setRequiresGrad(true);
    backward(trainingLoss(z, targets(all), { labelSmoothing: 0, distillation: { weight: 1, temperature } }));
    const expected = logits.flatMap((row, i) =>
      softmax(row, temperature).map((q, c) => (temperature * (q - taught[i]![c]!)) / 3),
    );
    assertClose(values(z.grad!), expected, { rtol: 1e-5, atol: 1e-7 });
  });
});

torchTest('a network that says what its teachers say has no distance to them', () => {
  scope(() => {
    const options = { labelSmoothing: 0, distillation: { weight: 1, temperature: 2 } };
    const agreed = {
      ...targets(all),
      taught: fromNumbers(
        logits.flatMap((row) => softmax(row, 2)),
        [3, 3],
      ),
    };
    assertClose(values(trainingLoss(tensorOf(all), agreed, options)), [0], { rtol: 0, atol: 1e-6 });
  });
});

torchTest('without teachers the loss is the cross entropy, with distributions too', () => {
  scope(() => {
    const { labels: indices, taught: distribution } = targets(all);
    const options = { labelSmoothing: 0, distillation: { weight: 0.5, temperature: 2 } };
    assertClose(values(trainingLoss(tensorOf(all), { labels: indices }, options)), [crossEntropyByHand()]);
    const soft = mean(
      logits.map((row, i) => -softmax(row).reduce((sum, q, c) => sum + taught[i]![c]! * Math.log(q), 0)),
    );
    const loss = trainingLoss(tensorOf(all), { labels: indices, distribution: distribution! }, options);
    assertClose(values(loss), [soft], { rtol: 1e-6 });
  });
});

torchTest('the shares of several processes add up to the loss of the whole batch', () => {
  scope(() => {
    const classWeights = [1, 2, 4];
    const options: LossOptions = {
      labelSmoothing: 0.1,
      classWeights: fromNumbers(classWeights, [3]),
      distillation: { weight: 0.4, temperature: 2 },
    };
    const weightOf = (rows: readonly number[]) => rows.reduce((sum, i) => sum + classWeights[labels[i]!]!, 0);
    const parts = [[0], [1, 2]].map((rows) => {
      const share = { weight: weightOf(rows) / weightOf(all), images: rows.length / 3 };
      return values(trainingLoss(tensorOf(rows), targets(rows), options, share))[0]!;
    });
    const [whole] = values(trainingLoss(tensorOf(all), targets(all), options));
    assert.ok(Math.abs(parts[0]! + parts[1]! - whole!) < 1e-6, `${parts} ${whole}`);
  });
});
