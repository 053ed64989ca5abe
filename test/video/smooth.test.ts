import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSmoother } from '../../src/video/smooth.js';

const labels = ['happy', 'sad'];
const probabilities = (happy: number) => ({ happy, sad: 1 - happy });

test('a step is followed as an exponential of time, whatever the rate of frames', () => {
  for (const rate of [5, 30, 120]) {
    const smoother = createSmoother(0.5, labels);
    let smoothed = smoother.update(1, 0, probabilities(1));
    assert.deepEqual(smoothed, { label: 'happy', probability: 1, index: 0, probabilities: probabilities(1) });
    for (let i = 1; i <= rate; i++) smoothed = smoother.update(1, i / rate, probabilities(0));
    const remains = Math.exp(-1 / 0.5);
    assert.ok(Math.abs(smoothed.probabilities.happy! - remains) < 1e-12, `${rate} frames a second`);
    assert.equal(smoothed.label, 'sad');
    assert.equal(smoothed.index, 1);
    assert.ok(Math.abs(smoothed.probability - (1 - remains)) < 1e-12);
  }
});

test('each face has a past of its own; uneven frames weigh by their time', () => {
  const smoother = createSmoother(1, labels);
  smoother.update(1, 0, probabilities(1));
  smoother.update(2, 0, probabilities(0));
  const first = smoother.update(1, 0.1, probabilities(0)).probabilities.happy!;
  assert.ok(Math.abs(first - Math.exp(-0.1)) < 1e-12);
  const later = smoother.update(1, 2.1, probabilities(0)).probabilities.happy!;
  assert.ok(Math.abs(later - Math.exp(-2.1)) < 1e-12);
  assert.equal(smoother.update(2, 2.1, probabilities(0)).probabilities.happy!, 0);
});

test('a time constant of 0 leaves every frame as it is', () => {
  const smoother = createSmoother(0, labels);
  smoother.update(1, 0, probabilities(1));
  assert.deepEqual(smoother.update(1, 0.04, probabilities(0.3)).probabilities, probabilities(0.3));
});
