import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { expectedCalibrationError, reliabilityBins } from '../../src/evaluate/calibration.js';
import { confusionMatrix, confusionMetrics, wilsonInterval } from '../../src/evaluate/metrics.js';
import { scorePrediction } from '../../src/evaluate/prediction.js';
import { argmax } from '../../src/tensor/logits.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { predictionsFor, rafDbMatrix } from './synthesise.js';

interface MatrixFigures {
  matrix: number[][];
  accuracy: number;
  meanClassAccuracy: number;
  macroF1: number;
  precision: number[];
  recall: number[];
  f1: number[];
  support: number[];
}

const yardstick: {
  matrices: Record<string, MatrixFigures>;
  calibration: {
    labels: number[];
    logits: number[][];
    crossEntropy: number;
    crossEntropyButFirst: number;
    calibrationError: number;
    bins: [number, number, number][];
  };
} = JSON.parse(readFileSync(fixture('evaluate/yardstick.json'), 'utf8'));

const exact = { rtol: 1e-12, atol: 1e-15 };

test('the official RAF-DB matrix gives the published figures', () => {
  const metrics = confusionMetrics(rafDbMatrix);
  assert.equal(metrics.correct, 2829);
  assert.equal(metrics.samples, 3068);
  assert.equal((100 * metrics.accuracy).toFixed(2), '92.21');
  assert.equal((100 * metrics.meanClassAccuracy).toFixed(2), '86.49');
  assert.equal(metrics.macroF1.toFixed(4), '0.8744');
});

for (const [name, expected] of Object.entries(yardstick.matrices))
  test(`every figure of the matrix ${name} equals scikit-learn's`, () => {
    const metrics = confusionMetrics(expected.matrix);
    const overall = [metrics.accuracy, metrics.meanClassAccuracy, metrics.macroF1];
    assertClose(overall, [expected.accuracy, expected.meanClassAccuracy, expected.macroF1], exact, 'overall');
    for (const figure of ['precision', 'recall', 'f1', 'support'] as const)
      assertClose(
        metrics.perClass.map((c) => c[figure]),
        expected[figure],
        exact,
        figure,
      );
  });

test('cross entropy and calibration equal independent numpy values, overflowing logits included', () => {
  const { labels, logits, ...expected } = yardstick.calibration;
  const scored = logits.map((row, i) =>
    scorePrediction({ path: `${i}.jpg`, label: labels[i]!, logits: Float32Array.from(row) }, 7),
  );
  const losses = scored.map(({ loss }) => loss);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  assertClose([mean(losses)], [expected.crossEntropy], exact, 'cross entropy');
  assertClose([mean(losses.slice(1))], [expected.crossEntropyButFirst], exact, 'cross entropy, scikit-learn');
  const bins = reliabilityBins(scored);
  assertClose(
    bins.map((bin) => bin.count),
    expected.bins.map(([count]) => count),
    exact,
    'counts',
  );
  assertClose(
    bins.map((bin) => bin.confidence),
    expected.bins.map((bin) => bin[1]),
    exact,
    'confidence',
  );
  assertClose(
    bins.map((bin) => bin.accuracy),
    expected.bins.map((bin) => bin[2]),
    exact,
    'accuracy',
  );
  assertClose([expectedCalibrationError(bins)], [expected.calibrationError], exact, 'calibration error');
});

test('predictions are counted into the matrix they make up', () => {
  const scored = predictionsFor(rafDbMatrix).map((prediction) => scorePrediction(prediction, 7));
  assert.deepEqual(confusionMatrix(scored, 7), rafDbMatrix);
});

test('a certain prediction falls into the last bin', () => {
  const certain = scorePrediction({ path: 'a', label: 0, logits: Float32Array.of(900, -900) }, 2);
  assert.deepEqual(certain.probabilities, Float64Array.of(1, 0));
  assert.equal(certain.loss, 0);
  const bins = reliabilityBins([certain]);
  assert.equal(bins.at(-1)!.count, 1);
  assert.equal(expectedCalibrationError(bins), 0);
});

test('the first of equal logits wins', () => {
  assert.equal(argmax([1, 3, 3, 0]), 1);
  const tied = scorePrediction({ path: 'a', label: 2, logits: Float32Array.of(5, 5, 5) }, 3);
  assert.equal(tied.predicted, 0);
  assertClose(tied.probabilities, [1 / 3, 1 / 3, 1 / 3], exact);
});

test("Wilson's interval equals scipy's and stays within [0, 1]", () => {
  const ends = [wilsonInterval(2829, 3068), wilsonInterval(0, 10), wilsonInterval(10, 10)].flatMap(
    (interval) => [interval.low, interval.high],
  );
  const scipy = [0.9120787216373549, 0.9310637499778054, 0, 0.27753279986288926, 0.7224672001371107, 1];
  assertClose(ends, scipy, exact);
  assert.ok(ends.every((end) => end >= 0 && end <= 1));
});

test('logits that are not finite, not one per class, or labels out of range are errors', () => {
  const score = (label: number, ...logits: number[]) =>
    scorePrediction({ path: 'face.jpg', label, logits: Float32Array.from(logits) }, 3);
  assert.throws(() => score(0, 1, Number.NaN, 2), {
    code: 'engine.failed',
    message: /face\.jpg.*class 1 is NaN/,
  });
  assert.throws(() => score(0, 1, 2, Number.POSITIVE_INFINITY), {
    code: 'engine.failed',
    message: /Infinity/,
  });
  assert.throws(() => score(0, 1, 2), { code: 'engine.failed', message: /3 logits for face\.jpg.*gave 2/ });
  assert.throws(() => score(3, 1, 2, 3), { code: 'data.layout', message: /0 to 2 but it is 3/ });
  assert.throws(() => score(0.5, 1, 2, 3), { code: 'data.layout' });
});

test('a matrix that is not square, whole and counted is an error', () => {
  const refused = { code: 'data.layout' };
  assert.throws(() => confusionMetrics([[1, 2]]), refused);
  assert.throws(() => confusionMetrics([[1.5]]), refused);
  assert.throws(() => confusionMetrics([[-1]]), refused);
  assert.throws(() => confusionMetrics([[Number.NaN]]), refused);
  assert.throws(
    () =>
      confusionMetrics([
        [0, 0],
        [0, 0],
      ]),
    refused,
  );
  assert.throws(() => confusionMetrics([]), refused);
});
