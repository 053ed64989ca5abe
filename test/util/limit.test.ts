import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { forEachParallel } from '../../src/util/limit.js';
import { posterError } from '../data/support.js';

test('items start in order, at most so many at a time', async () => {
  const started: number[] = [];
  let running = 0;
  let most = 0;
  await forEachParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    started.push(item);
    most = Math.max(most, ++running);
    await setTimeout(8 - item);
    running--;
  });
  assert.deepEqual(started, [1, 2, 3, 4, 5, 6, 7]);
  assert.equal(most, 3);
});

test('the first failure stops the rest, and is thrown when the running ones have ended', async () => {
  let closed = false;
  async function* items() {
    try {
      for (let item = 0; item < 100; item++) yield item;
    } finally {
      closed = true;
    }
  }
  let running = 0;
  let started = 0;
  const work = async (item: number) => {
    started++;
    running++;
    await setTimeout(item);
    running--;
    if (item === 3) throw new Error('three');
  };
  await assert.rejects(forEachParallel(items(), 4, work), /three/);
  assert.equal(running, 0);
  assert.ok(started < 100);
  assert.equal(closed, true);
});

test('a cancelled signal starts nothing more', async () => {
  const controller = new AbortController();
  let started = 0;
  const work = async () => {
    if (++started === 3) controller.abort();
  };
  await assert.rejects(
    forEachParallel(new Array(50).fill(0), 2, work, controller.signal),
    posterError('aborted'),
  );
  assert.ok(started <= 4);
});
