import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { PosterError } from '../../src/errors.js';
import { opened, startThread } from '../../src/threads/thread.js';
import { startThreads } from '../../src/threads/thread-pool.js';
import { temporaryFolder } from '../support/narrow-model.js';
import type { EchoMethods, Given } from './echo-program.js';

const program = new URL('./echo-program.js', import.meta.url);
const start = (given: Given = {}) => startThread<EchoMethods>(program, given);

/** Memory for a thread to wait on, and what lets it go on with an answer. */
function gate(): { memory: SharedArrayBuffer; open(answer: number): void } {
  const memory = new SharedArrayBuffer(4);
  return { memory, open: (answer) => Atomics.store(new Int32Array(memory), 0, answer) };
}

test('each question gets its own answer, the later ones perhaps first', async () => {
  const thread = start();
  const { memory, open } = gate();
  const slow = thread.ask('wait', memory);
  const quick = await Promise.all([1, 2, 3].map((value) => thread.ask('double', value)));
  assert.deepEqual(quick, [2, 4, 6]);
  open(7);
  assert.equal(await slow, 7);
  await thread.close();
});

test('an error keeps its code, stack and causes on the way', async () => {
  const thread = start();
  await assert.rejects(thread.ask('fail', 'poster'), (error) => {
    assert.ok(error instanceof PosterError);
    assert.deepEqual([error.code, error.message], ['file.missing', 'No file.']);
    assert.ok(error.cause instanceof Error && error.cause.cause instanceof PosterError);
    assert.deepEqual([error.cause.message, error.cause.cause.code], ['too far', 'data.layout']);
    return true;
  });
  await assert.rejects(thread.ask('fail', 'other'), (error: Error) => {
    assert.ok(!(error instanceof PosterError));
    assert.equal(error.message, 'no code');
    assert.match(error.stack!, /^Error: no code\n +at .*echo-program/);
    return true;
  });
  await assert.rejects(thread.ask('fail', 'text'), { message: 'a text' });
  await assert.rejects(thread.ask('unsendable', undefined), { message: /could not be cloned/ });
  assert.equal(await thread.ask('double', 4), 8, 'and the thread goes on');
  await thread.close();
});

test('what cannot be sent fails its question alone', async () => {
  const thread = start();
  await assert.rejects(thread.ask('double', (() => {}) as never), {
    code: 'option.invalid',
    message: /^A worker thread takes plain data, .* could not be cloned/,
  });
  assert.equal(await thread.ask('double', 4), 8);
  await thread.close();
});

test('events of a question reach who asked it, before its answer', async () => {
  const thread = start();
  const heard: [string, number][] = [];
  const hear = (who: string) => ({ onEvent: (count: number) => heard.push([who, count]) });
  const answers = [thread.ask('countTo', 2, hear('a')), thread.ask('countTo', 1, hear('b'))];
  assert.deepEqual(await Promise.all(answers), ['counted', 'counted']);
  const expected = [
    ['a', 1],
    ['a', 2],
    ['b', 1],
  ]; // prettier-ignore
  assert.deepEqual(heard, expected);
  await thread.close();
});

test('a cancelled question: begun, it is told; not begun, it never is; fired before, it is not asked', async () => {
  const thread = start();
  const [begun, unbegun] = [new AbortController(), new AbortController()];
  const { memory, open } = gate();
  const told = thread.ask('waitForCancel', undefined, { signal: begun.signal });
  const others = [thread.ask('wait', memory), thread.ask('wait', memory)]; // and no more at once
  const waiting = thread.ask('double', 1, { signal: unbegun.signal });
  unbegun.abort();
  begun.abort();
  assert.equal(await told, 'cancelled');
  await assert.rejects(waiting, { name: 'PosterError', code: 'aborted' });
  await assert.rejects(thread.ask('double', 1, { signal: begun.signal }), {
    name: 'PosterError',
    code: 'aborted',
  });
  open(5);
  assert.deepEqual(await Promise.all(others), [5, 5]);
  await thread.close();
});

test('closing lets the questions asked before finish, then frees, however often it is called', async () => {
  const freed = join(await temporaryFolder(), 'freed');
  const thread = start({ freed });
  const { memory, open } = gate();
  const answer = thread.ask('wait', memory);
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
  await assert.rejects(thread.ask('double', 1), refusal);
  await closing;
  await assert.rejects(thread.ask('double', 1), refusal);
});

for (const [how, ask, reason] of [
  ['ends', (thread: ReturnType<typeof start>) => thread.ask('exit', 9), 'exit code 9'],
  ['throws', (thread: ReturnType<typeof start>) => thread.ask('throw', undefined), 'out of any question'],
] as const) {
  test(`a thread that ${how} unasked fails what it owes and what comes later, and can be closed`, async () => {
    const thread = start();
    const { memory } = gate();
    const message = `A worker thread ended unexpectedly (${reason}); start again, with fewer threads if memory is short.`;
    const failure = { name: 'PosterError', code: 'engine.failed', message };
    const owed: Promise<unknown>[] = [thread.ask('wait', memory), ask(thread)];
    await Promise.all([...owed, thread.failure].map((one) => assert.rejects(one, failure)));
    await assert.rejects(thread.ask('double', 1), failure);
    await thread.close();
    await thread.close();
  });
}

test('a thread that ends while it is being closed fails the questions it still owes', async () => {
  const thread = start();
  const owed = thread.ask('exit', 0);
  await Promise.all([
    thread.close(),
    assert.rejects(owed, { code: 'engine.failed', message: /exit code 0/ }),
  ]);
});

test('a program that does not open answers every question with its error', async () => {
  const thread = start({ broken: true });
  const failure = { name: 'PosterError', code: 'engine.unavailable', message: 'It does not open.' };
  await assert.rejects(thread.ready(), failure);
  await assert.rejects(thread.ask('double', 1), failure);
  await thread.close();
  await assert.rejects(opened(start({ broken: true })), failure);
});

test('several threads answer as one, each question by the one that has the fewest', async () => {
  const pool = await opened(startThreads<EchoMethods>(2, program, {}));
  const { memory, open } = gate();
  const slow = [1, 2, 3].map(() => pool.ask('wait', memory)); // two on one thread, one on the other
  const quick = await Promise.all([1, 2, 3].map((value) => pool.ask('double', value)));
  assert.deepEqual(quick, [2, 4, 6]);
  open(9);
  assert.deepEqual(await Promise.all(slow), [9, 9, 9]);
  await pool.close();
  await pool.close();
  await assert.rejects(opened(startThreads(2, program, { broken: true })), { code: 'engine.unavailable' });
});

test('of several threads the loss of one is the failure of all', async () => {
  const pool = startThreads<EchoMethods>(2, program, {});
  const owed = assert.rejects(pool.ask('exit', 1), { code: 'engine.failed' });
  await Promise.all([owed, assert.rejects(pool.failure, { code: 'engine.failed' })]);
  await pool.close();
});

test('a process ends though a thread is open, and not before a question is answered', async () => {
  const module = new URL('../../src/threads/thread.js', import.meta.url).href;
  const code = `
    const { startThread } = await import(${JSON.stringify(module)});
    const thread = startThread(new URL(${JSON.stringify(program.href)}), {});
    thread.ask('double', 21).then(console.log);`;
  const args = ['--input-type=module', '-e', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 600_000 });
  assert.equal(stdout, '42\n');
});
