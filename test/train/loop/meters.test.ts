import assert from 'node:assert/strict';
import { test } from 'node:test';
import { betterOf } from '../../../src/runs/epoch-record.js';
import { createSpeedometer } from '../../../src/train/loop/meters.js';
import { shouldStop } from '../../../src/train/loop/run-state.js';
import { resolveClassWeights } from '../../../src/train/optim/class-weights.js';
import { emaDecayAt } from '../../../src/train/optim/ema.js';
import { assertClose } from '../../support/close.js';

test('speed and remaining time follow the last minute', () => {
  let time = 100;
  const speedometer = createSpeedometer(10_000, 0, () => time);
  assert.ok(Number.isNaN(speedometer.imagesPerSecond) && Number.isNaN(speedometer.secondsLeft));
  const work = (seconds: number, images: number) => {
    for (let i = 0; i < seconds; i++) {
      time++;
      speedometer.add(images);
    }
  };
  work(100, 10);
  assertClose([speedometer.imagesPerSecond, speedometer.secondsLeft], [10, 900]);
  work(100, 20);
  assertClose([speedometer.imagesPerSecond, speedometer.secondsLeft], [20, 350]);
  assert.equal(speedometer.done, 3000);
});

test('what a resumed run did before counts as done but not as speed', () => {
  let time = 0;
  const speedometer = createSpeedometer(1000, 600, () => time);
  time = 10;
  speedometer.add(100);
  assertClose([speedometer.imagesPerSecond, speedometer.secondsLeft], [10, 30]);
});

test('the best epoch is the first of equals, and patience runs from it', () => {
  const accuracies = [0.3, 0.5, 0.5, 0.4];
  const best = accuracies
    .map((accuracy, epoch) => ({ accuracy, epoch }))
    .reduce((sofar, candidate) => betterOf(sofar, candidate));
  assert.deepEqual(best, { epoch: 1, accuracy: 0.5 });
  assert.deepEqual(
    [2, 3, 4].map((epoch) => shouldStop(best, epoch, 3)),
    [false, false, true],
  );
  assert.equal(shouldStop(best, 1000, 0), false);
});

test('the moving average forgets its beginning and settles at its decay', () => {
  assertClose([emaDecayAt(0.99, 0), emaDecayAt(0.99, 90), emaDecayAt(0.99, 1e6)], [0.1, 0.91, 0.99]);
});

test('balanced class weights are as rare as the class, with mean 1', () => {
  assertClose(resolveClassWeights('balanced', [100, 50, 25])!, [3 / 7, 6 / 7, 12 / 7]);
  assertClose(resolveClassWeights('balanced', [10, 0])!, [2, 0]);
  assert.equal(resolveClassWeights('none', [1, 2]), undefined);
  assert.deepEqual(resolveClassWeights([1, 3], [1, 2]), [1, 3]);
  assert.throws(() => resolveClassWeights([1, 3], [1, 2, 3]), {
    code: 'option.invalid',
    message: 'Expected classWeights (--class-weights) to have one number for each of 3 classes, got 2.',
  });
});
