import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillAhead } from '../../src/util/fill-ahead.js';
import { inChunks } from '../../src/util/in-chunks.js';

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const value of values) seen.push(value);
  return seen;
}

test('values are gathered in their order, the last chunk perhaps shorter', async () => {
  assert.deepEqual(await all(inChunks([1, 2, 3, 4, 5], 2)), [[1, 2], [3, 4], [5]]);
  assert.deepEqual(await all(inChunks([1, 2], 2)), [[1, 2]]);
  assert.deepEqual(await all(inChunks([], 2)), []);
});

/** Chunks 0 to count - 1 through a ring of slots; what happens is written down, fills end when they are let. */
function ring(count: number, slots: number) {
  const log: string[] = [];
  const ends: ((failure?: Error) => void)[] = [];
  async function* chunks() {
    for (let chunk = 0; chunk < count; chunk++) yield chunk;
  }
  const taken = fillAhead(chunks(), slots, {
    fill: (chunk, slot) => {
      log.push(`fill ${chunk} in ${slot}`);
      return new Promise<number>((resolve, reject) => {
        ends[chunk] = (failure) => (failure ? reject(failure) : resolve(10 * chunk));
      });
    },
    take: (filled) => {
      log.push(`take ${filled}`);
      return filled;
    },
    abandon: () => log.push('abandon'),
  });
  return { taken, log, ends };
}

test('slots are filled ahead, taken in order, and filled again only once they were taken', async () => {
  const { taken, log, ends } = ring(3, 2);
  const first = taken.next();
  await new Promise(setImmediate);
  assert.deepEqual(log, ['fill 0 in 0', 'fill 1 in 1'], 'no third slot');
  ends[1]!(); // done before the first, and taken after it
  ends[0]!();
  assert.deepEqual(await first, { value: 0, done: false });
  assert.deepEqual(log.slice(2), ['take 0', 'fill 2 in 0']);
  ends[2]!();
  assert.deepEqual(await all(taken), [10, 20]);
  assert.equal(log.at(-1), 'abandon');
});

test('a failure is met when its turn comes, after what was filled before it', async () => {
  const { taken, ends } = ring(2, 2);
  const first = taken.next();
  await new Promise(setImmediate);
  ends[1]!(new RangeError('the second'));
  ends[0]!();
  assert.equal((await first).value, 0);
  await assert.rejects(taken.next(), { name: 'RangeError', message: 'the second' });
});

test('a consumer that stops has the rest abandoned, and waits until no fill is under way', async () => {
  const { taken, log, ends } = ring(5, 3);
  const first = taken.next();
  await new Promise(setImmediate);
  ends[0]!();
  await first;
  let stopped = false;
  const stopping = taken.return().then(() => (stopped = true));
  await new Promise(setImmediate);
  assert.deepEqual([log.at(-1), stopped], ['abandon', false]);
  for (const end of ends) end();
  await stopping;
  assert.equal(log.filter((line) => line.startsWith('take')).length, 1);
});
