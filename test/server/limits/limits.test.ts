import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenCheck } from '../../../src/server/http/authorise.js';
import { createAdmission } from '../../../src/server/limits/admission.js';
import { createByteBudget } from '../../../src/server/limits/byte-budget.js';
import { createLimiter } from '../../../src/util/limit.js';

test('bytes are counted for each request and for all together', () => {
  const budget = createByteBudget(10, 15);
  const one = budget.open();
  const two = budget.open();
  one.add(10);
  assert.throws(() => one.add(1), { code: 'request.too-large' });
  assert.throws(() => two.add(6), { code: 'server.busy' });
  two.add(5);
  assert.equal(budget.held, 15);
  one.release();
  one.release();
  assert.equal(budget.held, 5);
  two.add(5);
  two.release();
  assert.equal(budget.held, 0);
});

test('so many requests come in, each leaves once, and closing waits for the last', async () => {
  let clock = 0;
  const admission = createAdmission(2, () => clock);
  const [leaveFirst, leaveSecond] = [admission.enter(), admission.enter()];
  assert.throws(() => admission.enter(), { code: 'server.busy' });
  assert.equal(admission.retryAfter(), 1);
  clock = 200_000;
  leaveFirst();
  leaveFirst();
  assert.equal(admission.inside, 1);
  assert.equal(admission.retryAfter(), 20, 'a tenth of the last stay so far');
  let closed = false;
  const closing = admission.close().then(() => {
    closed = true;
  });
  assert.throws(() => admission.enter(), { code: 'server.stopping' });
  assert.throws(() => admission.requireOpen(), { code: 'server.stopping' });
  await Promise.resolve();
  assert.equal(closed, false);
  leaveSecond();
  await closing;
});

test('a limiter runs so much at once, in order, and pass over what was cancelled', async () => {
  const limiter = createLimiter(2);
  const done: number[] = [];
  let running = 0;
  let most = 0;
  const work = (i: number) => async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    done.push(i);
    if (i === 1) throw new Error('one');
  };
  const cancelled = AbortSignal.abort();
  const outcomes = await Promise.allSettled([
    ...[0, 1, 2].map((i) => limiter.run(work(i))),
    limiter.run(work(3), cancelled),
    limiter.run(work(4)),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(done, [0, 1, 2, 4]);
  assert.equal(most, 2);
});

test('only the right token passes', () => {
  const check = tokenCheck('s3cret');
  check('Bearer s3cret');
  check('bearer  s3cret');
  for (const wrong of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer s3cre',
    'Bearer s3cret x',
    'Basic s3cret',
  ]) {
    assert.throws(() => check(wrong), { code: 'request.unauthorised' }, String(wrong));
  }
});
