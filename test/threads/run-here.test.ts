import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '../../src/threads/questions.js';
import { runHere } from '../../src/threads/run-here.js';

test('methods here answer as a thread does, so many at once, and are freed once they are done', async () => {
  const log: string[] = [];
  let finish = () => {};
  const here = runHere(
    {
      slow: (_: undefined) => new Promise<number>((resolve) => (finish = () => resolve(1))),
      double: (value: number, { emit }: Job<string>) => {
        emit(`doubling ${value}`);
        return 2 * value;
      },
      fail: () => {
        throw new RangeError('too far');
      },
      async [Symbol.asyncDispose]() {
        log.push('freed');
      },
    },
    1,
  );
  await here.ready();
  await assert.rejects(here.ask('fail', undefined), { name: 'RangeError' });
  const slow = here.ask('slow', undefined);
  const stop = new AbortController();
  const dropped = here.ask('double', 3, { signal: stop.signal });
  const doubled = here.ask('double', 4, { onEvent: (event) => log.push(event) });
  stop.abort();
  const closing = [here.close(), here.close()];
  assert.deepEqual(log, []);
  await new Promise((resolve) => setImmediate(resolve));
  finish();
  assert.equal(await slow, 1);
  await assert.rejects(dropped, { name: 'PosterError', code: 'aborted' });
  assert.equal(await doubled, 8);
  await Promise.all(closing);
  assert.deepEqual(log, ['doubling 4', 'freed']);
  await assert.rejects(here.ask('double', 1), { code: 'disposed' });
});
