import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { groupedFolds, stratifiedFolds } from '../../../src/train/folds/assign-folds.js';
import { fixture } from '../../support/fixtures.js';

interface Case {
  readonly folds: number;
  readonly labels: number[];
  readonly subjects: string[];
  readonly grouped: number[];
  readonly stratified: number[];
}

const { cases } = JSON.parse(readFileSync(fixture('train/folds.json'), 'utf8')) as { cases: Case[] };

/** Images of each class in each fold. */
function countsOf(labels: readonly number[], folds: ArrayLike<number>): Record<string, number> {
  const counts: Record<string, number> = {};
  labels.forEach((label, i) => {
    const cell = `${label} in ${folds[i]}`;
    counts[cell] = (counts[cell] ?? 0) + 1;
  });
  return counts;
}

test("subjects are dealt out as scikit-learn's StratifiedGroupKFold does, each to one fold", () => {
  for (const { folds, labels, subjects, grouped } of cases) {
    const own = groupedFolds(labels, subjects, folds);
    assert.deepEqual([...own], grouped);
    const homes = new Set(subjects.map((subject, i) => `${subject} ${own[i]}`));
    assert.equal(homes.size, new Set(subjects).size);
  }
});

test("classes are spread over folds as scikit-learn's StratifiedKFold does, by the seed alone", () => {
  for (const { folds, labels, stratified } of cases) {
    const own = stratifiedFolds(labels, folds, 5);
    assert.deepEqual(countsOf(labels, own), countsOf(labels, stratified));
    assert.deepEqual(stratifiedFolds(labels, folds, 5), own);
    assert.notDeepEqual(stratifiedFolds(labels, folds, 6), own);
  }
});

test('as many folds as subjects leave out one subject at a time', () => {
  const subjects = ['b', 'a', 'c', 'b', 'a', 'c'];
  assert.deepEqual([...groupedFolds([0, 0, 0, 1, 1, 1], subjects, 3)], [1, 0, 2, 1, 0, 2]);
});
