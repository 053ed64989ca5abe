import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '../../src/faces/geometry.js';
import { createFaceTracker } from '../../src/video/track-faces.js';

const box = (x: number, y = 0, side = 100): Box => ({ x, y, width: side, height: side });

test('faces keep their numbers whatever the order they are found in', () => {
  const tracker = createFaceTracker();
  assert.deepEqual(tracker.update(0, [box(0), box(300)]), [1, 2]);
  assert.deepEqual(tracker.update(0.1, [box(310), box(10)]), [2, 1]);
  assert.deepEqual(tracker.update(0.2, [box(20), box(320), box(600)]), [1, 2, 3]);
});

test('the assignment is the best over all faces, not the best for the first', () => {
  const tracker = createFaceTracker();
  tracker.update(0, [box(0), box(60)]);
  // Greedily the box at 45 takes the second track (overlap 85), and the one at 95 gets none of the first.
  assert.deepEqual(tracker.update(0.1, [box(95), box(45)]), [2, 1]);
});

test('two faces that pass each other are told apart by their motion', () => {
  const tracker = createFaceTracker();
  const seen = [];
  for (let i = 0; i <= 20; i++) seen.push(tracker.update(i / 10, [box(20 * i), box(400 - 20 * i, 10)]));
  assert.deepEqual(seen, Array(21).fill([1, 2]));
});

test('a fast face is followed once its speed is known', () => {
  const tracker = createFaceTracker();
  const seen = [0, 70, 160, 270, 390].map((x, i) => tracker.update(i, [box(x)])[0]);
  assert.deepEqual(seen, [1, 1, 1, 1, 1]);
});

test('a face is the same after a short gap and another after a long one', () => {
  const tracker = createFaceTracker({ maxGap: 1 });
  tracker.update(0, [box(0)]);
  for (let i = 1; i < 9; i++) assert.deepEqual(tracker.update(i / 10, []), []);
  assert.deepEqual(tracker.update(0.9, [box(5)]), [1]);
  for (let i = 10; i < 30; i++) tracker.update(i / 10, []);
  assert.deepEqual(tracker.update(3, [box(5)]), [2]);
});

test('frames far apart do not end a track by themselves', () => {
  const tracker = createFaceTracker({ maxGap: 1 });
  assert.deepEqual(tracker.update(0, [box(0)]), [1]);
  assert.deepEqual(tracker.update(10, [box(4)]), [1]);
  tracker.update(20, []);
  assert.deepEqual(tracker.update(30, [box(4)]), [1]);
  tracker.update(40, []);
  tracker.update(50, []);
  assert.deepEqual(tracker.update(60, [box(4)]), [2]);
});

test('a face elsewhere or of quite another size is another face', () => {
  const tracker = createFaceTracker();
  tracker.update(0, [box(0)]);
  assert.deepEqual(tracker.update(0.1, [box(150)]), [2]);
  assert.deepEqual(tracker.update(0.2, [box(30, 30, 30), box(150)]), [3, 2]);
});
