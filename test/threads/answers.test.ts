import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PosterError } from '../../src/errors.js';
import { openAnswers, readyQuestion } from '../../src/threads/answers.js';
import { openQuestions } from '../../src/threads/questions.js';

interface Methods {
  double(value: number): number;
  fail(): never;
  hold(): Promise<string>;
}

/** Both sides of the protocol on a channel of their own, without a thread. */
function channel(methods: Promise<object>, atOnce?: number) {
  const answers = openAnswers(methods, (message) => questions.receive(structuredClone(message)), atOnce);
  const questions = openQuestions<Methods>((message) => answers.receive(structuredClone(message)));
  return { answers, questions };
}

test('questions that come while the methods open wait for them', async () => {
  let open = (_: object) => {};
  const { answers, questions } = channel(new Promise((resolve) => (open = resolve)));
  const answer = questions.ask('double', 4);
  assert.equal(questions.open, 1);
  open({ double: (value: number) => 2 * value });
  assert.equal(await answer, 8);
  assert.equal(questions.open, 0);
  await answers.idle();
});

test('methods that do not open fail every question, whether they are ready too', async () => {
  const { questions } = channel(Promise.reject(new PosterError('engine.unavailable', 'It does not open.')));
  const failure = { name: 'PosterError', code: 'engine.unavailable' };
  await assert.rejects(questions.ask('double', 4), failure);
  await assert.rejects(questions.ask(readyQuestion as 'double', 0), failure);
});

test('idle waits for all questions, those that wait for their turn too', async () => {
  let finish = (_: string) => {};
  const hold = () => new Promise<string>((resolve) => (finish = resolve));
  const { answers, questions } = channel(Promise.resolve({ hold, double: (value: number) => 2 * value }), 1);
  const [held, doubled] = [questions.ask('hold', undefined as never), questions.ask('double', 1)];
  let idle = false;
  const waiting = answers.idle().then(() => (idle = true));
  await new Promise(setImmediate);
  assert.equal(idle, false);
  finish('held');
  assert.deepEqual(await Promise.all([held, doubled]), ['held', 2]);
  await waiting;
});

test('what one side no longer takes fails with the first reason that it was given', async () => {
  const { questions } = channel(Promise.resolve({ hold: () => new Promise(() => {}) }));
  const open = questions.ask('hold', undefined as never);
  questions.refuse(new Error('closing'));
  await assert.rejects(questions.ask('double', 1), { message: 'closing' });
  assert.equal(questions.open, 1, 'the open one goes on');
  questions.fail(new Error('gone'));
  await assert.rejects(open, { message: 'gone' });
  await assert.rejects(questions.ask('double', 1), { message: 'closing' });
});
