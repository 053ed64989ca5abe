import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignAnswers, type ModelAnswers } from '../../src/evaluate/compare/align-answers.js';
import { compareModels } from '../../src/evaluate/compare/compare-models.js';
import { assertClose } from '../support/close.js';

const classes = ['calm', 'glad', 'sad'];

/** A model that answers each face of `labels` with the class at its place in `predicted`. */
function answersOf(
  name: string,
  labels: readonly number[],
  predicted: readonly number[],
  own = classes,
): ModelAnswers {
  const answers = labels.map((label, i) => {
    const probabilities = own.map((_, k) => (k === predicted[i] ? 0.8 : 0.2 / (own.length - 1)));
    return { path: `/${name}/data/${i}.png`, label, predicted: predicted[i]!, probabilities };
  });
  return {
    name,
    checkpoint: `${name}.pth`,
    dataset: 'faces valid',
    root: `/${name}/data`,
    classes: own,
    answers,
  };
}

const labels = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];
const first = answersOf('a', labels, [0, 0, 0, 1, 1, 1, 0, 2, 0, 0]); // 6 right
const second = answersOf('b', labels, [0, 0, 1, 0, 1, 1, 1, 2, 2, 0]); // 8 right

test('figures, differences, discordant faces and tests are those of the answers', () => {
  const comparison = compareModels(alignAnswers([first, second]), { resamples: 400 });
  const [difference] = comparison.differences;
  assert.equal(comparison.faces, 10);
  assert.deepEqual(comparison.support, [4, 3, 3]);
  assertClose(
    comparison.models.map(({ top1 }) => top1.value),
    [0.6, 0.8],
    { rtol: 1e-12, atol: 0 },
  );
  assertClose([difference!.top1.value, difference!.perClass[1]!.value], [0.2, 1 / 3], {
    rtol: 1e-12,
    atol: 0,
  });
  assert.ok(difference!.top1.low < 0.2 && difference!.top1.high > 0.2);
  assert.deepEqual(difference!.onlyFirst, [2]);
  assert.deepEqual(difference!.onlySecond.toSorted(), [3, 6, 8]);
  assert.deepEqual([difference!.bothRight, difference!.bothWrong], [5, 1]);
  assertClose([difference!.mcNemar.p], [0.625], { rtol: 1e-12, atol: 0 }); // 2 * P(at most 1 head in 4 throws)
  assert.equal(difference!.mcNemar.exact, true);
});

test('a model that is compared with itself differs by nothing, for sure', () => {
  const [difference] = compareModels(alignAnswers([first, first]), { resamples: 100 }).differences;
  assert.deepEqual(difference!.top1, { value: 0, low: 0, high: 0 });
  assert.equal(difference!.mcNemar.p, 1);
});

test('another order of faces, of classes and another name for a class change nothing', () => {
  const renamed = ['sadness', 'calm', 'glad'];
  const place = [1, 2, 0];
  const moved = answersOf(
    'b',
    labels.map((label) => place[label]!),
    second.answers.map(({ predicted }) => place[predicted]!),
    renamed,
  );
  const shuffled = { ...moved, answers: moved.answers.toReversed() };
  const named = { ...first, classes: ['calm', 'glad', 'sad'] };
  const plain = compareModels(alignAnswers([first, second]), { resamples: 100 });
  assert.deepEqual(compareModels(alignAnswers([named, shuffled]), { resamples: 100 }), plain);
});

test('results on different faces, labels or classes are refused in a sentence', () => {
  const fewer = { ...second, answers: second.answers.slice(1) };
  assert.throws(() => alignAnswers([first, fewer]), {
    code: 'data.layout',
    message: /b to be about the 10 faces of a, but 1 of them are not there and 0 others are \(0\.png/,
  });
  const relabelled = answersOf(
    'b',
    [1, ...labels.slice(1)],
    second.answers.map(({ predicted }) => predicted),
  );
  assert.throws(() => alignAnswers([first, relabelled]), { message: /0\.png is glad there and calm here/ });
  const others = answersOf('b', labels, labels, ['calm', 'glad', 'awe']);
  assert.throws(() => alignAnswers([first, others]), { message: /has calm, glad, awe/ });
  const twice = { ...second, answers: [...second.answers, second.answers[0]!] };
  assert.throws(() => alignAnswers([first, twice]), { message: /1 of 11 are there again/ });
  assert.throws(() => alignAnswers([first]), { code: 'option.invalid' });
});
