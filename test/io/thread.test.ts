import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PosterError } from '../../src/errors.js';
import { startThread, startThreads } from '../../src/io/thread.js';
import { temporaryFolder } from '../support/narrow-model.js';
import type { Asked, Given } from './thread-program.js';

const program = new URL('./thread-program.js', import.meta.url);
const start = (given: Given = {}) => startThread<Asked, number>(program, given);

/** Memory for a thread to wait on, and what lets it go on with an answer. */
function gate(): { memory: SharedArrayBuffer; open(answer: number): void } {
  const memory = new SharedArrayBuffer(4);
  return { memory, open: (answer) => Atomics.store(new Int32Array(memory), 0, answer) };
}

test('each question gets its own answer, the later ones perhaps first', async () => {
  const thread = start();
  const { memory, open } = gate();
  const slow = thread.ask({ wait: memory });
  const quick = await Promise.all([1, 2, 3].map((double) => thread.ask({ double })));
  assert.deepEqual(quick, [2, 4, 6]);
  open(7);
  assert.equal(await slow, 7);
  await thread.close();
});

test('an error keeps its code on the way; one without a code keeps its stack', async () => {
  const thread = start();
  await assert.rejects(thread.ask({ fail: 'poster' }), (error) => {
    assert.ok(error instanceof PosterError);
    assert.deepEqual([error.code, error.message], ['file.missing', 'No file.']);
    return true;
  });
  await assert.rejects(thread.ask({ fail: 'other' }), (error: Error) => {
    assert.ok(!(error instanceof PosterError));
    assert.match(error.message, /^Error: no code\n +at .*thread-program/);
    return true;
  });
  assert.equal(await thread.ask({ double: 4 }), 8, 'and the thread goes on');
  await thread.close();
});

test('closing lets the questions asked before finish, then frees, however often it is called', async () => {
  const freed = join(await temporaryFolder(), 'freed');
  const thread = start({ freed });
  const { memory, open } = gate();
  const answer = thread.ask({ wait: memory });
  const closing = [thread.close(), thread.close()];
  assert.equal(existsSync(freed), false);
  open(3);
  assert.equal(await answer, 3);
  await Promise.all(closing);
  assert.equal(readFileSync(freed, 'utf8'), 'freed');
  await thread.close();
});

test('a closed thread refuses questions', async () => {
  const thread = start();
  const closing = thread.close();
  const refusal = { name: 'PosterError', code: 'disposed', message: /closed; start another one/ };
  await assert.rejects(thread.ask({ double: 1 }), refusal);
  await closing;
  await assert.rejects(thread.ask({ double: 1 }), refusal);
});

for (const [how, question, reason] of [
  ['ends', { exit: 9 }, 'exit code 9'],
  ['throws', 'throw', 'out of any question'],
] as const) {
  test(`a thread that ${how} unasked fails what it owes and what comes later, and can be closed`, async () => {
    const thread = start();
    const { memory } = gate();
    const message = `A worker thread ended unexpectedly (${reason}); start again, with fewer threads if memory is short.`;
    const failure = { name: 'PosterError', code: 'engine.failed', message };
    const owed = [thread.ask({ wait: memory }), thread.ask(question)];
    await Promise.all([...owed, thread.failure].map((one) => assert.rejects(one, failure)));
    await assert.rejects(thread.ask({ double: 1 }), failure);
    await thread.close();
    await thread.close();
  });
}

test('a thread that ends while it is being closed fails the questions it still owes', async () => {
  const thread = start();
  const owed = thread.ask({ exit: 0 });
  await Promise.all([
    thread.close(),
    assert.rejects(owed, { code: 'engine.failed', message: /exit code 0/ }),
  ]);
});

test('several threads start together, and end together when one of them does not open', async () => {
  const { threads, close } = await startThreads<Exclude<Asked, 'ready'>, number>(2, program, {});
  assert.deepEqual(await Promise.all(threads.map((thread, i) => thread.ask({ double: i }))), [0, 2]);
  await close();
  await close();
  await assert.rejects(startThreads(2, program, { broken: true }), {
    code: 'engine.unavailable',
    message: 'It does not open.',
  });
});
