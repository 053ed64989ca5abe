import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureInRounds, secondsOf } from '../../src/bench/rounds.js';
import { PosterError } from '../../src/errors.js';

/** Measurements that note their turns and return how often they have been taken. */
function noted(names: string): { turns: string[]; measurements: (() => Promise<number>)[] } {
  const turns: string[] = [];
  const measurements = [...names].map((name) => async () => {
    turns.push(name);
    return turns.filter((turn) => turn === name).length;
  });
  return { turns, measurements };
}

test('measurements take turns, in the opposite order every other round; the first round does not count', async () => {
  const { turns, measurements } = noted('ab');
  const progress: number[] = [];
  const values = await measureInRounds(measurements, { rounds: 2, onRound: (done) => progress.push(done) });
  assert.equal(turns.join(''), 'abbaab');
  assert.deepEqual(values, [
    [2, 3],
    [2, 3],
  ]);
  assert.deepEqual(progress, [0, 1, 2]);
});

test('cancelling ends the rounds', async () => {
  const controller = new AbortController();
  const { turns, measurements } = noted('ab');
  const cancel = async () => {
    controller.abort();
    return 0;
  };
  const rounds = measureInRounds([cancel, ...measurements], { rounds: 3, signal: controller.signal });
  await assert.rejects(rounds, (error) => error instanceof PosterError && error.code === 'aborted');
  assert.deepEqual(turns, []);
});

test('repeated work is timed as the mean of its runs', async () => {
  let runs = 0;
  const seconds = await secondsOf(async () => runs++, 4);
  assert.equal(runs, 4);
  assert.ok(seconds >= 0 && seconds < 1);
});
