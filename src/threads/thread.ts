/**
 * Threads that answer questions, by one protocol in Node and in browsers.
 * Here: a worker thread of Node, seen from the thread that starts it.
 */
import { type Transferable, Worker } from 'node:worker_threads';
import '../io/telemetry-off.js';
import { messageOf, PosterError } from '../errors.js';
import { readyQuestion } from './answers.js';
import { type Ask, openQuestions } from './questions.js';

/** One or several threads that have the same methods. */
export interface Thread<Methods> {
  readonly ask: Ask<Methods>;
  /** Resolves when the thread has opened what it works with; rejects with its error where it cannot. */
  ready(): Promise<void>;
  /** Rejects when the thread ends unasked. */
  readonly failure: Promise<never>;
  /** Lets the thread finish its questions, free what it has and end. May be called more than once. */
  close(): Promise<void>;
}

export interface ThreadOptions {
  /** What error messages call it. Default: a worker thread. */
  readonly name?: string;
}

/** Others, such as --input-type and --eval, would have the thread run another program. */
const inheritedFlags = new Set(['--enable-source-maps', '--trace-warnings']);

/**
 * Starts a thread. Its program calls `answerQuestions`, and Methods is the type of what that opens. While it has
 * no question it does not keep the process alive.
 *
 * @param data what the program opens with
 */
export function startThread<Methods>(
  program: URL,
  data: unknown,
  { name = 'A worker thread' }: ThreadOptions = {},
): Thread<Methods> {
  const execArgv = process.execArgv.filter((flag) => inheritedFlags.has(flag));
  const worker = sending(name, () => new Worker(program, { workerData: data, execArgv }));
  const questions = openQuestions<Methods>((message, transfer) =>
    sending(name, () => worker.postMessage(message, transfer as readonly Transferable[])),
  );
  let closing = false;
  const failure = new Promise<never>((_, reject) => {
    const end = (cause: unknown): void => {
      const message = `${name} ended unexpectedly (${messageOf(cause)}); start again, with fewer threads if memory is short.`;
      const reason = new PosterError('engine.failed', message, { cause });
      questions.fail(reason);
      reject(reason);
    };
    worker.on('error', end).on('exit', (code) => {
      if (!closing || questions.open > 0) end(`exit code ${code}`);
    });
  });
  failure.catch(() => {}); // not everybody waits for it
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('message', (message) => questions.receive(message));
  worker.unref();
  const ask: Ask<Methods> = async (...question) => {
    worker.ref();
    try {
      return await questions.ask(...question);
    } finally {
      if (questions.open === 0 && !closing) worker.unref();
    }
  };
  return {
    ask,
    failure,
    ready: () => (ask as unknown as Ask<Record<string, () => void>>)(readyQuestion, undefined),
    async close() {
      questions.refuse(new PosterError('disposed', `${name} was closed; start another one.`));
      if (!closing) worker.postMessage('close');
      closing = true;
      worker.ref();
      await gone;
    },
  };
}

/** @throws PosterError `option.invalid` for what cannot be copied to another thread */
function sending<T>(name: string, send: () => T): T {
  try {
    return send();
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'DataCloneError') throw cause;
    throw new PosterError(
      'option.invalid',
      `${name} takes plain data, which can be sent to it, but ${cause.message}; pass no functions.`,
      { cause },
    );
  }
}

/** The thread once it has opened what it works with; it is closed where it cannot. */
export async function opened<Methods>(thread: Thread<Methods>): Promise<Thread<Methods>> {
  try {
    await thread.ready();
    return thread;
  } catch (error) {
    await thread.close();
    throw error;
  }
}
