import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type BatchReport, createBatcher } from '../../../src/server/engine/batcher.js';

/** Lets everything that is ready run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A batcher of numbers, doubled, on a clock that the test moves and with batches that the test ends. */
function manualBatcher(largest = 3, delay = 10) {
  const batches: (readonly number[])[] = [];
  const ends: (() => void)[] = [];
  const reports: BatchReport[] = [];
  const batcher = createBatcher<number, number>({
    largest,
    delay,
    now: Date.now,
    onBatch: (report) => reports.push(report),
    run: (items) => {
      batches.push(items);
      return new Promise((resolve) => ends.push(() => resolve(items.map((item) => 2 * item))));
    },
  });
  return { batcher, batches, ends, reports };
}

test('a full batch begins at once, a lone item when it has waited', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { batcher, batches, ends, reports } = manualBatcher();
  const first = [1, 2, 3].map((item) => batcher.add(item));
  assert.deepEqual(batches, [[1, 2, 3]]);
  context.mock.timers.tick(5);
  ends[0]!();
  assert.deepEqual(await Promise.all(first), [2, 4, 6]);
  const lone = batcher.add(4);
  context.mock.timers.tick(9);
  assert.equal(batches.length, 1, 'it still waits for others');
  assert.equal(batcher.waiting, 1);
  context.mock.timers.tick(1);
  assert.deepEqual(batches[1], [4]);
  assert.equal(batcher.waiting, 0);
  ends[1]!();
  assert.equal(await lone, 8);
  await settle();
  assert.deepEqual(reports, [
    { size: 3, waited: 0, ran: 5 },
    { size: 1, waited: 10, ran: 0 },
  ]);
});

test('while a batch runs the next gathers; who has waited long enough waits no longer after it', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { batcher, batches, ends } = manualBatcher();
  const results = [1, 2, 3, 4, 5].map((item) => batcher.add(item));
  context.mock.timers.tick(1000);
  assert.deepEqual(batches, [[1, 2, 3]], 'one batch at a time');
  ends[0]!();
  await settle();
  assert.deepEqual(batches[1], [4, 5]);
  ends[1]!();
  assert.deepEqual(await Promise.all(results), [2, 4, 6, 8, 10]);
});

test('an item that fails, fails alone', async () => {
  const runs: (readonly number[])[] = [];
  const batcher = createBatcher<number, number>({
    largest: 4,
    delay: 0,
    async run(items) {
      runs.push(items);
      if (items.includes(3)) throw new Error('three');
      return items;
    },
  });
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map((item) => batcher.add(item)));
  assert.deepEqual(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message)),
    [1, 2, 'three', 4],
  );
  assert.deepEqual(runs, [[1], [2, 3, 4], [2], [3], [4]]);
});

test('a run that loses results is an error, never a silent shift', async () => {
  const batcher = createBatcher<number, number>({ largest: 1, delay: 0, run: async () => [] });
  await assert.rejects(batcher.add(1), /A batch of 1 gave 0 results/);
});

test('a cancelled item leaves the queue, one whose batch has begun gets its result', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { batcher, batches, ends } = manualBatcher(2);
  const early = new AbortController();
  const late = new AbortController();
  const dropped = batcher.add(1, early.signal);
  early.abort();
  await assert.rejects(dropped, { code: 'aborted' });
  await assert.rejects(batcher.add(9, early.signal), { code: 'aborted' });
  const kept = [batcher.add(2, late.signal), batcher.add(3)];
  late.abort();
  ends[0]!();
  assert.deepEqual(await Promise.all(kept), [4, 6]);
  assert.deepEqual(batches, [[2, 3]]);
});

test('closing does what was taken without delay and takes no more', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { batcher, batches, ends } = manualBatcher();
  const taken = batcher.add(1);
  let closed = false;
  const closing = batcher.close().then(() => {
    closed = true;
  });
  assert.deepEqual(batches, [[1]], 'no waiting for others');
  await assert.rejects(batcher.add(2), { code: 'server.stopping' });
  await settle();
  assert.equal(closed, false);
  ends[0]!();
  assert.equal(await taken, 2);
  await closing;
  await batcher.close();
});

test('whatever comes when: every item gets its own result, in batches within the bound', async () => {
  const arrivals = fc.array(fc.record({ pause: fc.boolean(), fails: fc.boolean() }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 9 }), async (items, largest) => {
      const sizes: number[] = [];
      const batcher = createBatcher<number, string>({
        largest,
        delay: 1,
        async run(batch) {
          sizes.push(batch.length);
          await settle();
          if (batch.some((i) => items[i]!.fails)) throw new Error(`bad ${batch}`);
          return batch.map((i) => `result ${i}`);
        },
      });
      const outcomes: Promise<string>[] = [];
      for (const [i, { pause }] of items.entries()) {
        outcomes.push(batcher.add(i).catch((error: Error) => error.message));
        if (pause) await settle();
      }
      await batcher.close();
      const expected = items.map(({ fails }, i) => (fails ? `bad ${i}` : `result ${i}`));
      assert.deepEqual(await Promise.all(outcomes), expected);
      assert.ok(sizes.every((size) => size >= 1 && size <= largest));
    }),
    { numRuns: 50 },
  );
});
