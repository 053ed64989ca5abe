import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelMatrix } from '../../src/evaluate/compare/model-matrix.js';
import { meanAndDeviation, summariseSeries } from '../../src/evaluate/series.js';
import { renderSeries, spreadInWords } from '../../src/report/series/series-page.js';
import { sampleResult } from '../report/sample.js';
import { assertClose } from '../support/close.js';
import { predictionsFor, rafDbMatrix } from './synthesise.js';

test('mean and sample deviation are those of a textbook', () => {
  const { mean, deviation } = meanAndDeviation([0.8, 0.9, 0.7]);
  assertClose([mean, deviation!], [0.8, 0.1], { rtol: 1e-12, atol: 0 });
  assert.deepEqual(meanAndDeviation([0.8]), { mean: 0.8, deviation: null });
  assert.equal(spreadInWords({ mean: 0.8372, deviation: 0.0121 }), '83.7 ± 1.2 %');
  assert.equal(spreadInWords({ mean: 0.8372, deviation: null }), '83.7 %');
});

test('a series has the mean over its runs, and the matrix of all images', () => {
  const half = rafDbMatrix.map((row, truth) => row.map((count, answer) => (truth === answer ? count : 0)));
  const results = [
    { name: 'fold-1', result: sampleResult() },
    { name: 'fold-2', result: sampleResult({ predictions: predictionsFor(half) }) },
  ];
  const summary = summariseSeries('folds', results);
  const accuracy = 2829 / 3068;
  assert.deepEqual(
    summary.parts.map(({ name, faces, top1 }) => [name, faces, top1.value]),
    [
      ['fold-1', 3068, accuracy],
      ['fold-2', 2829, 1],
    ],
  );
  assertClose([summary.top1.mean], [(1 + accuracy) / 2], { rtol: 1e-12, atol: 0 });
  assertClose([summary.top1.deviation!], [(1 - accuracy) / Math.SQRT2], { rtol: 1e-12, atol: 0 });
  assert.deepEqual(
    summary.matrix,
    rafDbMatrix.map((row, i) => row.map((count, j) => count + half[i]![j]!)),
  );
  const page = renderSeries(summary);
  assert.match(page, /RAF-DB, 2 folds: 96\.1 ± 5\.5 % top-1/);
  assert.match(page, /<th scope="row">fold-2<\/th><td>2,829<\/td><td>100\.0 \(/);
});

test('evaluations are laid out by model and dataset, each pair once', () => {
  const of = (path: string, name: string, root = 'faces') =>
    sampleResult({ checkpoint: { path }, dataset: { name, type: name, split: 'test', root } });
  const results = [of('a.pth', 'RAF-DB'), of('b.pth', 'RAF-DB'), of('a.pth', 'list', 'own.csv')].map(
    (result, i) => ({ name: `${i}`, result }),
  );
  const { models, datasets, cells } = modelMatrix(results);
  assert.deepEqual(
    [models, datasets],
    [
      ['a.pth', 'b.pth'],
      ['RAF-DB test', 'own.csv test'],
    ],
  );
  assert.deepEqual(
    cells.map((row) => row.map((cell) => cell?.faces ?? null)),
    [
      [3068, 3068],
      [3068, null],
    ],
  );
  assert.equal(cells[0]![0]!.top1.value, 2829 / 3068);
  assert.throws(() => modelMatrix([...results, { name: '3', result: of('b.pth', 'RAF-DB') }]), {
    code: 'data.layout',
    message: /^Expected one evaluation of b\.pth on RAF-DB test, but 1 and 3 both are; leave one out\.$/,
  });
});
