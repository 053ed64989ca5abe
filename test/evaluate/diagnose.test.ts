import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnoseClassOrder } from '../../src/evaluate/diagnose.js';
import { rafDbClasses, rafDbMatrix, seeded } from './synthesise.js';

/** The matrix a network gives whose output j is trained on class order[j]. */
function reorder(matrix: readonly (readonly number[])[], order: readonly number[]): number[][] {
  return matrix.map((row) => order.map((truth) => row[truth]!));
}

function shuffled(n: number, random: () => number): number[] {
  return Array.from({ length: n }, (_, i) => ({ i, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ i }) => i);
}

/** Counts of `samples[i]` images of class i, each answered by a draw from the weights of row i. */
function sample(weights: readonly (readonly number[])[], samples: readonly number[], random: () => number) {
  return weights.map((row, i) => {
    const counts = row.map(() => 0);
    for (let k = 0; k < samples[i]!; k++) counts[draw(row, random)]!++;
    return counts;
  });
}

/** An index drawn with probability proportional to its weight. */
function draw(weights: readonly number[], random: () => number): number {
  let left = random() * weights.reduce((a, b) => a + b, 0);
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return i;
  }
  return weights.length - 1;
}

const names = (n: number) => Array.from({ length: n }, (_, i) => `class ${i}`);

test('any order of the official outputs is recognised exactly', () => {
  const random = seeded(3);
  for (let round = 0; round < 50; round++) {
    const order = shuffled(7, random);
    if (order.every((truth, output) => truth === output)) continue;
    const diagnosis = diagnoseClassOrder(reorder(rafDbMatrix, order), rafDbClasses);
    assert.deepEqual(
      diagnosis?.labels,
      order.map((truth) => rafDbClasses[truth]),
      `order ${order}`,
    );
    assert.equal(diagnosis?.reorderedAccuracy, 2829 / 3068);
  }
});

test('two swapped classes among seven are recognised, with the share each output answers', () => {
  const swapped = reorder(rafDbMatrix, [0, 1, 5, 3, 4, 2, 6]);
  const diagnosis = diagnoseClassOrder(swapped, rafDbClasses);
  assert.deepEqual(diagnosis?.labels, [
    'surprise',
    'fear',
    'anger',
    'happiness',
    'sadness',
    'disgust',
    'neutral',
  ]);
  assert.deepEqual(diagnosis?.moved, [
    { output: 'anger', behavesAs: 'disgust', share: 120 / 160 },
    { output: 'disgust', behavesAs: 'anger', share: 145 / 162 },
  ]);
  assert.equal(diagnosis?.accuracy, (2829 - 120 - 145 + 7 + 9) / 3068);
});

test('an order of 26 classes is recognised', () => {
  const random = seeded(5);
  const n = 26;
  const weights = names(n).map((_, i) => names(n).map((_, j) => (i === j ? 20 : 1)));
  const order = shuffled(n, random);
  const matrix = reorder(
    sample(
      weights,
      names(n).map(() => 60),
      random,
    ),
    order,
  );
  assert.deepEqual(
    diagnoseClassOrder(matrix, names(n))?.labels,
    order.map((truth) => `class ${truth}`),
  );
});

test('the official matrix itself is not remarked upon', () => {
  assert.equal(diagnoseClassOrder(rafDbMatrix, rafDbClasses), null);
});

test('random answers are not remarked upon', () => {
  const random = seeded(11);
  for (const n of [2, 3, 7, 8, 26])
    for (const perClass of [1, 5, 30, 500])
      for (let round = 0; round < 20; round++) {
        const flat = names(n).map(() => names(n).map(() => 1));
        const matrix = sample(
          flat,
          names(n).map(() => perClass),
          random,
        );
        assert.equal(diagnoseClassOrder(matrix, names(n)), null, `${n} classes of ${perClass}`);
      }
});

test('weak models of many kinds are not remarked upon', () => {
  const random = seeded(13);
  const support = [329, 74, 160, 1185, 478, 162, 680];
  for (let round = 0; round < 300; round++) {
    const favour = rafDbClasses.map(() => random() ** 4 * 8);
    const skill = 0.5 + 2 * random();
    const weights = favour.map((_, i) =>
      favour.map((weight, j) => weight + random() + (i === j ? skill : 0)),
    );
    assert.equal(diagnoseClassOrder(sample(weights, support, random), rafDbClasses), null, `round ${round}`);
  }
});

test('a network that always gives one answer is not remarked upon', () => {
  const support = [329, 74, 160, 1185, 478, 162, 680];
  for (let answer = 0; answer < 7; answer++) {
    const matrix = support.map((count) => support.map((_, j) => (j === answer ? count : 0)));
    assert.equal(diagnoseClassOrder(matrix, rafDbClasses), null, `always ${answer}`);
    const absent = matrix.map((row, i) => (i === answer ? row.map(() => 0) : row));
    assert.equal(diagnoseClassOrder(absent, rafDbClasses), null, `always ${answer}, which has no images`);
  }
});

test('a handful of images is no evidence', () => {
  assert.equal(
    diagnoseClassOrder(
      [
        [0, 2],
        [2, 0],
      ],
      names(2),
    ),
    null,
  );
  assert.notEqual(
    diagnoseClassOrder(
      [
        [0, 20],
        [20, 0],
      ],
      names(2),
    ),
    null,
  );
});

test('classes without images keep their place', () => {
  const swapped = reorder(rafDbMatrix, [0, 1, 2, 4, 3, 5, 6]);
  swapped[1] = swapped[1]!.map(() => 0);
  const diagnosis = diagnoseClassOrder(swapped, rafDbClasses);
  assert.deepEqual(diagnosis?.labels, [
    'surprise',
    'fear',
    'disgust',
    'sadness',
    'happiness',
    'anger',
    'neutral',
  ]);
});

/** A network that is right on 90 % of the 1000 images of each of five classes, but for some cells. */
function mostlyRight(cells: readonly (readonly [truth: number, predicted: number, count: number])[]) {
  const matrix = names(5).map((_, i) => names(5).map((_, j): number => (i === j ? 900 : 25)));
  for (const [truth, predicted, count] of cells) matrix[truth]![predicted] = count;
  return matrix;
}

test('a class taken for one that has no images is a confusion, not an order', () => {
  const absent = [0, 1, 2, 3, 4].map((predicted) => [4, predicted, 0] as const);
  const matrix = mostlyRight([[3, 3, 100], [3, 4, 825], ...absent]);
  assert.equal(diagnoseClassOrder(matrix, names(5)), null);
});

test('a large class taken for a small one is a confusion, not an order', () => {
  const matrix = mostlyRight([
    [3, 3, 2000],
    [3, 4, 3000],
    [4, 4, 400],
    [4, 3, 50],
  ]);
  assert.equal(diagnoseClassOrder(matrix, names(5)), null);
});

test('a network that gives one answer nearly always is not remarked upon, whatever the rest of its answers', () => {
  const collapsed = names(5).map(() => [1000, 0, 0, 0, 0]);
  collapsed[1]![2] = 100;
  collapsed[2]![1] = 100;
  assert.equal(diagnoseClassOrder(collapsed, names(5)), null);
});
