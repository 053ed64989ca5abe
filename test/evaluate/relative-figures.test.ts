import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relativeErrors, relativeFlips } from '../../src/evaluate/relative-figures.js';
import type { CorruptionResult } from '../../src/evaluate/result.js';
import { assertClose } from '../support/close.js';

test("errors relative to another model's are ratios averaged over the corruptions", () => {
  const of = (errors: number[], clean: number): CorruptionResult => ({
    ...{ seed: 1, faces: 9, meanError: 0, meanRise: 0 },
    clean: { accuracy: { value: 1 - clean, low: 0, high: 1 }, calibrationError: 0 },
    corruptions: errors.map((error, i) => ({ name: `${i}`, severities: [], error, rise: error - clean })),
  });
  const found = relativeErrors(of([0.3, 0.6], 0.2), of([0.6, 0.4], 0.1), 'b');
  assertClose([found.meanCorruptionError!, found.relativeError!], [1, (0.1 / 0.5 + 0.4 / 0.3) / 2], {
    rtol: 1e-12,
    atol: 0,
  });
  assert.equal(relativeErrors(of([0.3], 0.2), of([0.1], 0.1), 'b').relativeError, null);
  assert.throws(() => relativeErrors(of([0.3], 0.2), of([0.1, 0.2], 0.1), 'b'), {
    code: 'data.layout',
    message: /Expected b to be of the same faces, corruptions and severities/,
  });
});

test("flip rates relative to another model's are ratios averaged over the perturbations", () => {
  const estimate = (value: number) => ({ value, low: value, high: value });
  const of = (rates: number[]) => ({
    ...{ seed: 1, faces: 3, meanFlipRate: estimate(0) },
    perturbations: rates.map((rate, i) => ({ name: `${i}`, flipRate: estimate(rate) })),
  });
  assert.equal(relativeFlips(of([0.125, 0.375]), of([0.25, 0.25]), 'b'), 1);
  assert.equal(relativeFlips(of([0.1, 0.3]), of([0, 0.2]), 'b'), null);
  assert.throws(() => relativeFlips(of([0.1]), of([0.2, 0.2]), 'b'), {
    code: 'data.layout',
    message: /Expected b to be of the same faces and perturbations/,
  });
  const fewer = { ...of([0.1]), faces: 2 };
  assert.throws(() => relativeFlips(of([0.1]), fewer, 'b'), {
    message: /it is of 2 faces and 1 perturbations/,
  });
});
