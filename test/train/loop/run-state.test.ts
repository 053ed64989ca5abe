import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvaluationResult } from '../../../src/evaluate/result.js';
import type { EpochRecord } from '../../../src/runs/epoch-record.js';
import { RunState } from '../../../src/train/loop/run-state.js';
import { startOf } from '../../../src/train/session/progress.js';

/** An epoch of that number and accuracy, and its evaluation. */
function ended(epoch: number, validAccuracy: number): [EpochRecord, EvaluationResult] {
  return [
    { epoch, validAccuracy } as EpochRecord,
    { dataset: { name: `epoch ${epoch}` } } as EvaluationResult,
  ];
}

test('steps add up within an epoch, and a skipped one takes its place and its time alone', () => {
  const state = new RunState(startOf(0), null);
  state.countStep({ loss: 2, correct: 3, images: 4, seconds: 1 });
  state.skipStep(0.5);
  state.countStep({ loss: 1, correct: 2, images: 2, seconds: 1 });
  const { step, steps, totals } = state.progress;
  assert.deepEqual([step, steps], [3, 2]);
  assert.deepEqual(totals, { loss: 10, correct: 5, images: 6, seconds: 2.5 });
});

test('the best epoch is the first of equals, and its evaluation is kept', () => {
  const state = new RunState(startOf(0), null);
  assert.deepEqual(state.endEpoch(...ended(1, 0.5)), { best: { epoch: 1, accuracy: 0.5 }, isBest: true });
  assert.equal(state.endEpoch(...ended(2, 0.5)).isBest, false);
  assert.equal(state.evaluation!.dataset.name, 'epoch 1');
  assert.deepEqual(state.endEpoch(...ended(3, 0.6)), { best: { epoch: 3, accuracy: 0.6 }, isBest: true });
  assert.equal(state.evaluation!.dataset.name, 'epoch 3');
  assert.deepEqual([state.progress.epoch, state.progress.step, state.progress.history.length], [3, 0, 3]);
});

test('the last good state is the one resumed from until one is saved; a resumed run may have a better epoch', () => {
  const state = new RunState({ ...startOf(4), best: { epoch: 4, accuracy: 0.9 } }, 'resumed.pth');
  assert.equal(state.lastGood, 'resumed.pth');
  state.saved('last.pth');
  assert.equal(state.lastGood, 'last.pth');
  assert.deepEqual(state.endEpoch(...ended(5, 0.8)), { best: { epoch: 4, accuracy: 0.9 }, isBest: false });
  assert.equal(state.evaluation, null);
});

test('clipping is said once, and 0 minutes never ask for a save', () => {
  const state = new RunState(startOf(0), null);
  assert.deepEqual([state.saysClipping(), state.saysClipping()], [true, false]);
  assert.equal(state.isSaveDue(0), false);
  assert.equal(state.isPast(60), false);
});
