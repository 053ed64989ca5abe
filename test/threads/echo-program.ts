/** The program of the threads in thread.test.ts: each question says what to do. */
import { writeFileSync } from 'node:fs';
import { PosterError } from '../../src/errors.js';
import type { Job } from '../../src/threads/questions.js';
import { answerQuestions } from '../../src/threads/thread-program.js';

export interface Given {
  /** Written when the thread frees what it has. */
  readonly freed?: string;
  /** Does not open. */
  readonly broken?: boolean;
}

const open = ({ freed, broken }: Given) => {
  if (broken) throw new PosterError('engine.unavailable', 'It does not open.');
  return {
    double: (value: number) => 2 * value,
    fail(how: 'poster' | 'other' | 'text'): never {
      if (how === 'text') throw 'a text';
      const cause = new RangeError('too far', { cause: new PosterError('data.layout', 'No layout.') });
      throw how === 'poster' ? new PosterError('file.missing', 'No file.', { cause }) : new Error('no code');
    },
    countTo(last: number, { emit }: Job<number>): string {
      for (let i = 1; i <= last; i++) emit(i);
      return 'counted';
    },
    unsendable: () => () => {},
    wait: (memory: SharedArrayBuffer) => signalled(memory),
    waitForCancel: (_: undefined, { signal }: Job) =>
      new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('cancelled'))),
    exit: (code: number): never => process.exit(code),
    throw: () => new Promise<never>(() => setImmediate(() => assertFails())),
    [Symbol.asyncDispose]: async () => {
      if (freed) writeFileSync(freed, 'freed');
    },
  };
};

export type EchoMethods = ReturnType<typeof open>;

answerQuestions(open, { atOnce: 3 });

function assertFails(): never {
  throw new Error('out of any question');
}

/** Waits until the asking thread puts a number other than 0 there, and answers with it. */
async function signalled(memory: SharedArrayBuffer): Promise<number> {
  const flag = new Int32Array(memory);
  while (Atomics.load(flag, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  return Atomics.load(flag, 0);
}
