import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { classCalibrationErrors } from '../../src/evaluate/calibration.js';
import { confusionMatrix, confusionMetrics, wilsonInterval } from '../../src/evaluate/metrics.js';
import { scorePrediction } from '../../src/evaluate/prediction.js';
import { bootstrap } from '../../src/evaluate/statistics/bootstrap.js';
import { brierScore, crossEntropy, divergence } from '../../src/evaluate/statistics/distances.js';
import { fitTemperature } from '../../src/evaluate/statistics/fit-temperature.js';
import { holm, mcNemar } from '../../src/evaluate/statistics/mcnemar.js';
import { complementaryError, logFactorial } from '../../src/evaluate/statistics/special-functions.js';
import { seededRandom } from '../../src/tensor/random.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';

/** By SciPy, statsmodels and scikit-learn; make-statistics.py tells how. */
const expected: {
  bootstrap: {
    truth: number[];
    models: [number[], number[]];
    drawn: number[][];
    value: number[];
    low: number[];
    high: number[];
  };
  bootstrapAtLarge: { right: [number[], number[]]; low: number; high: number };
  tests: { only: [number, number]; p: number }[];
  distances: {
    probabilities: number[][];
    labels: number[];
    votes: number[][];
    brier: number;
    logLoss: number;
    divergence: number;
    crossEntropy: number;
    classErrors: number[];
  };
  temperature: { logits: number[][]; labels: number[]; temperature: number; loss: number };
  holm: { p: number[]; adjusted: number[] };
  wilson: { counts: [number, number]; ends: [number, number] }[];
  erfc: [number, number][];
} = JSON.parse(readFileSync(fixture('evaluate/statistics.json'), 'utf8'));

const exact = { rtol: 1e-11, atol: 1e-15 };
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

test('paired intervals equal those of numpy and scikit-learn for the same resamples', () => {
  const { truth, models, drawn, ...figures } = expected.bootstrap;
  const numbers = drawn.flat();
  let next = 0;
  const random = () => (numbers[next++]! + 0.5) / truth.length;
  const of = (predicted: number[], images: Uint32Array) => {
    const rows = Array.from(images, (i) => ({ label: truth[i]!, predicted: predicted[i]! }));
    const { accuracy, meanClassAccuracy, macroF1 } = confusionMetrics(confusionMatrix(rows, 4));
    return [accuracy, meanClassAccuracy, macroF1];
  };
  const estimates = bootstrap(
    truth.length,
    (images) => {
      const first = of(models[0], images);
      return of(models[1], images).map((value, i) => value - first[i]!);
    },
    { random, resamples: drawn.length },
  );
  for (const end of ['value', 'low', 'high'] as const)
    assertClose(
      estimates.map((estimate) => estimate[end]),
      figures[end],
      exact,
      end,
    );
});

test("the interval of a difference equals SciPy's up to chance, and a seed repeats it", () => {
  const { right, low, high } = expected.bootstrapAtLarge;
  const difference = (images: Uint32Array) => [mean(Array.from(images, (i) => right[1][i]! - right[0][i]!))];
  const run = () => bootstrap(800, difference, { random: seededRandom(1), resamples: 10_000 })[0]!;
  const estimate = run();
  assertClose([estimate.low, estimate.high], [low, high], { rtol: 0, atol: 0.0026 });
  assert.deepEqual(run(), estimate);
});

test('a figure that is undefined for some resamples keeps its interval', () => {
  let calls = 0;
  const [estimate] = bootstrap(3, () => [calls++ % 2 === 0 ? 0.5 : Number.NaN], { random: Math.random });
  assert.deepEqual(estimate, { value: 0.5, low: 0.5, high: 0.5 });
});

test("McNemar's p equals statsmodels', exact below 25 discordant images", () => {
  for (const { only, p } of expected.tests) {
    const found = mcNemar(...only);
    assertClose([found.p], [p], exact, `${only}`);
    assert.equal(found.exact, only[0] + only[1] < 25);
  }
});

test("Holm's p-values equal statsmodels'", () => {
  assertClose(holm(expected.holm.p), expected.holm.adjusted, exact);
  assert.deepEqual(holm([]), []);
});

test("Wilson's intervals equal statsmodels'", () => {
  for (const { counts, ends } of expected.wilson) {
    const { low, high } = wilsonInterval(...counts);
    assertClose([low, high], ends, exact, `${counts}`);
  }
});

test('distances from classes and from votes equal those of scikit-learn and SciPy', () => {
  const { probabilities, labels, votes, ...figures } = expected.distances;
  const each = (figure: (row: number[], i: number) => number) => mean(probabilities.map(figure));
  assertClose([each((row, i) => brierScore(labels[i]!, row))], [figures.brier], exact, 'Brier');
  const certain = (label: number) => [0, 1, 2, 3].map((k) => (k === label ? 1 : 0));
  assertClose(
    [each((row, i) => crossEntropy(certain(labels[i]!), row))],
    [figures.logLoss],
    exact,
    'log loss',
  );
  assertClose([each((row, i) => divergence(votes[i]!, row))], [figures.divergence], exact, 'divergence');
  assertClose(
    [each((row, i) => crossEntropy(votes[i]!, row))],
    [figures.crossEntropy],
    exact,
    'cross entropy',
  );
  const evaluated = probabilities.map((row, i) => ({ label: labels[i]!, predicted: 0, probabilities: row }));
  assertClose(classCalibrationErrors(evaluated, 4), figures.classErrors, exact, 'classwise error');
});

test("the temperature and its cross entropy are those that SciPy's minimiser finds", () => {
  const { logits, labels, temperature, loss } = expected.temperature;
  const images = logits.map((row, i) => ({
    path: `${i}`,
    label: labels[i]!,
    logits: Float32Array.from(row),
  }));
  const found = fitTemperature(images);
  assertClose([found], [temperature], { rtol: 1e-6, atol: 0 });
  const scaled = images.map((one) => ({ ...one, logits: one.logits.map((logit) => logit / found) }));
  assertClose([mean(scaled.map((one) => scorePrediction(one, 4).loss))], [loss], { rtol: 1e-7, atol: 0 });
});

test('faces that are all right, all guesses or none give no temperature', () => {
  const refused = { code: 'data.layout', message: /fit on a split that the model was not trained on/ };
  const sure = { label: 0, logits: [3, 0] };
  assert.throws(() => fitTemperature([sure]), refused);
  assert.throws(() => fitTemperature([{ ...sure, label: 1 }]), refused);
  assert.throws(() => fitTemperature([]), refused);
});

test('distances stay finite where a probability is 0', () => {
  assertClose([crossEntropy([1, 0], [0, 1])], [-Math.log(1e-12)], exact);
  assert.equal(divergence([0.5, 0.5], [0.5, 0.5]), 0);
});

test('the functions behind p-values equal SciPy’s', () => {
  for (const [x, value] of expected.erfc)
    assertClose([complementaryError(x)], [value], { rtol: 2e-13, atol: 0 }, `${x}`);
  assertClose([logFactorial(255), logFactorial(256)], [1161.7121011184006, 1167.2572785628802], exact);
});
