/** The program of the threads in thread.test.ts: each question says what to do. */
import { writeFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { PosterError } from '../../src/errors.js';
import { answerQuestions } from '../../src/io/thread.js';

export type Asked =
  | 'ready'
  | { readonly double: number }
  | { readonly fail: 'poster' | 'other' }
  | { readonly wait: SharedArrayBuffer }
  | { readonly exit: number }
  | 'throw';

export interface Given {
  /** Written when the thread frees what it has. */
  readonly freed?: string;
  /** Answers 'ready' with an error. */
  readonly broken?: boolean;
}

const { freed, broken }: Given = workerData;

answerQuestions<Asked, number>(
  async (question) => {
    if (question === 'ready') {
      if (broken) throw new PosterError('engine.unavailable', 'It does not open.');
      return 0;
    }
    if (question === 'throw') return new Promise(() => setImmediate(() => assertFails()));
    if ('double' in question) return 2 * question.double;
    if ('exit' in question) return process.exit(question.exit);
    if ('wait' in question) return await signalled(question.wait);
    throw question.fail === 'poster' ? new PosterError('file.missing', 'No file.') : new Error('no code');
  },
  async () => {
    if (freed) writeFileSync(freed, 'freed');
  },
);

function assertFails(): never {
  throw new Error('out of any question');
}

/** Waits until the asking thread puts a number other than 0 there, and answers with it. */
async function signalled(memory: SharedArrayBuffer): Promise<number> {
  const flag = new Int32Array(memory);
  while (Atomics.load(flag, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  return Atomics.load(flag, 0);
}
