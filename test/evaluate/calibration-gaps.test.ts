import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  classCalibrationErrors,
  expectedCalibrationError,
  type LabelledPrediction,
  reliabilityBins,
} from '../../src/evaluate/calibration.js';
import { summariseCorruptions } from '../../src/evaluate/corruptions/summarise-corruptions.js';
import { intervalsOf } from '../../src/evaluate/estimates.js';
import { scorePrediction } from '../../src/evaluate/prediction.js';
import { answerGaps, classGaps, resampledError } from '../../src/evaluate/statistics/calibration-gaps.js';
import { seededRandom } from '../../src/tensor/random.js';
import { assertClose } from '../support/close.js';

/** Answers over three classes, somewhat too sure of themselves. */
function answers(count: number, seed: number, skill: number): LabelledPrediction[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const label = Math.floor(3 * random());
    const weights = [0, 1, 2].map((k) => random() + (k === label ? skill * random() : 0));
    const sum = weights.reduce((total, one) => total + one ** 3, 0);
    const probabilities = weights.map((weight) => weight ** 3 / sum);
    return { label, predicted: probabilities.indexOf(Math.max(...probabilities)), probabilities };
  });
}

const exact = { rtol: 1e-10, atol: 1e-14 };

test('the quick calibration error of drawn images is that of their reliability bins', () => {
  const evaluated = answers(500, 1, 1);
  const random = seededRandom(2);
  for (let round = 0; round < 5; round++) {
    const images = Uint32Array.from(evaluated, () => Math.floor(random() * evaluated.length));
    const drawn = Array.from(images, (i) => evaluated[i]!);
    const classes = classCalibrationErrors(drawn, 3);
    assertClose(
      [resampledError(answerGaps(evaluated), images), resampledError(classGaps(evaluated, 3), images)],
      [expectedCalibrationError(reliabilityBins(drawn)), (classes[0]! + classes[1]! + classes[2]!) / 3],
      exact,
    );
  }
});

test('every figure under corruption has an interval that holds it, and differences are paired', () => {
  const clean = answers(400, 3, 2);
  const worse = answers(400, 3, 1);
  const {
    corruptions,
    estimates,
    clean: first,
  } = summariseCorruptions(['a', 'b'], [1, 3], 7, [clean, ...[worse, worse, clean, clean]]);
  const [a, b] = corruptions;
  assertClose([a!.estimates!.error.value, a!.estimates!.rise.value], [a!.error, a!.rise], exact);
  assert.ok(a!.rise > 0 && a!.estimates!.rise.low > 0);
  // the same answers as on clean faces: no rise, and no doubt about it
  assert.deepEqual(b!.estimates!.rise, { value: 0, low: 0, high: 0 });
  assertClose([estimates!.meanRise.value], [a!.rise / 2], exact);
  for (const { calibrationError, calibrationInterval } of [first, ...a!.severities]) {
    assert.ok(calibrationInterval!.low > 0 && calibrationInterval!.high < 1);
    assert.ok(calibrationInterval!.high > calibrationError);
  }
  const { low, high, value } = a!.estimates!.calibrationError;
  assert.ok(low < high && value > 0);
});

test('F1 of every class has its interval, and a class that is nowhere none to speak of', () => {
  const predictions = Array.from({ length: 60 }, (_, i) => ({
    path: `${i}`,
    label: i % 2,
    logits: Float32Array.of(i % 3 ? 0 : 1, i % 3 ? 1 : 0, -9),
  }));
  const scored = predictions.map((one) => scorePrediction(one, 3));
  const { f1 } = intervalsOf(scored, 3);
  // scikit-learn's f1_score(average=None): 0.4 and 4 / 7
  assertClose([f1![0]!.value, f1![1]!.value], [0.4, 4 / 7], exact);
  assert.ok(f1![0]!.low < 0.4 && f1![0]!.high > 0.4);
  assert.deepEqual(f1![2], { value: 0, low: 0, high: 0 });
});
