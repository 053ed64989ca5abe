import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishedFigure } from '../../src/evaluate/published.js';
import { parseEvaluationResult } from '../../src/evaluate/result.js';
import { type Evaluation, summariseEvaluation } from '../../src/evaluate/summarise.js';
import { predictionsFor, rafDbClasses, rafDbMatrix } from './synthesise.js';

function rafDbEvaluation(): Evaluation {
  return {
    dataset: { name: 'RAF-DB', type: 'RAF-DB', split: 'test', root: 'data/raf-db' },
    checkpoint: { path: 'raf-db.pth' },
    classes: rafDbClasses,
    predictions: predictionsFor(rafDbMatrix),
    failures: [{ path: 'test/broken.jpg', error: 'the file is truncated' }],
    seconds: 200,
    configuration: { batchSize: 16, labels: null },
    created: new Date('2026-01-02T03:04:05Z'),
  };
}

const rafDbResult = () => summariseEvaluation(rafDbEvaluation());

test('a result holds every figure and survives JSON unchanged', () => {
  const result = rafDbResult();
  assert.deepEqual(parseEvaluationResult(JSON.stringify(result), 'result.json'), result);
  assert.equal(result.created, '2026-01-02T03:04:05.000Z');
  assert.equal(result.metrics.accuracy, 2829 / 3068);
  assert.deepEqual(result.matrix, rafDbMatrix);
  assert.equal(result.published?.accuracy, 0.9221);
  assert.equal(result.diagnosis, null);
  assert.equal(result.timing.imagesPerSecond, 3068 / 200);
});

test('the most confident mistakes come surest first', () => {
  const { mistakes } = rafDbResult();
  assert.equal(mistakes.length, 24);
  assert.ok(mistakes.every(({ label, predicted }) => label !== predicted));
  const confidences = mistakes.map(({ confidence }) => confidence);
  assert.deepEqual(
    confidences,
    confidences.toSorted((a, b) => b - a),
  );
  assert.ok(mistakes.every(({ confidence, labelProbability }) => confidence >= labelProbability));
});

test('an evaluation in which every image failed is an error', () => {
  assert.throws(() => summariseEvaluation({ ...rafDbEvaluation(), predictions: [] }), {
    code: 'data.layout',
    message:
      /Expected at least one readable image of RAF-DB but 1 failed.*test\/broken\.jpg: the file is truncated/,
  });
});

test('published figures are known for the four datasets alone, and not for training images', () => {
  assert.equal(publishedFigure('affectnet-8', 'test')?.accuracy, 0.6377);
  assert.equal(publishedFigure('AffectNet-7', 'valid')?.accuracy, 0.6749);
  assert.equal(publishedFigure('CAER-S', 'valid')?.accuracy, 0.93);
  assert.equal(publishedFigure('folder', 'valid'), null);
  assert.equal(publishedFigure('constructor', 'test'), null);
  assert.equal(publishedFigure('RAF-DB', 'train'), null);
});

test('what is no result of this version is refused with the field that is wrong', () => {
  const refuse = (text: string, message: RegExp) =>
    assert.throws(() => parseEvaluationResult(text, 'old.json'), { code: 'data.layout', message });
  const result = rafDbResult();
  refuse('{', /old\.json but it is not JSON/);
  refuse('null', /the document/);
  refuse(JSON.stringify({ ...result, version: 2 }), /version/);
  refuse(JSON.stringify({ ...result, matrix: [[1]] }), /matrix: expected 7 x 7/);
  refuse(JSON.stringify({ ...result, metrics: { ...result.metrics, accuracy: 1.2 } }), /metrics\.accuracy/);
  refuse(JSON.stringify({ ...result, mistakes: [{ ...result.mistakes[0], predicted: 7 }] }), /mistakes/);
});
