/** Questions to a worker thread and its answers; errors keep their codes on the way. */
import { parentPort, type Transferable, Worker } from 'node:worker_threads';
import './telemetry-off.js';
import { type ErrorCode, messageOf, PosterError } from '../errors.js';

interface Question {
  readonly id: number;
  readonly question: unknown;
}

interface Reply {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: { readonly code: ErrorCode | undefined; readonly message: string };
}

export interface Thread<Asked, Answer> {
  ask(question: Asked): Promise<Answer>;
  /** Rejects when the thread ends unasked. */
  readonly failure: Promise<never>;
  /** Lets the thread finish its questions and end. May be called more than once. */
  close(): Promise<void>;
}

interface Pending<Answer> {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: Error) => void;
}

/** Others, such as --input-type and --eval, would have the thread run another program. */
const inheritedFlags = new Set(['--enable-source-maps', '--trace-warnings']);

export function startThread<Asked, Answer>(program: URL, workerData: unknown): Thread<Asked, Answer> {
  const worker = new Worker(program, {
    workerData,
    execArgv: process.execArgv.filter((flag) => inheritedFlags.has(flag)),
  });
  const pending = new Map<number, Pending<Answer>>();
  let asked = 0;
  let closing = false;
  let ended: PosterError | undefined;
  const failure = new Promise<never>((_, reject) => {
    const end = (cause: unknown): void => {
      const message = `A worker thread ended unexpectedly (${messageOf(cause)}); start again, with fewer threads if memory is short.`;
      ended ??= new PosterError('engine.failed', message, { cause });
      for (const { reject } of pending.values()) reject(ended);
      pending.clear();
      reject(ended);
    };
    worker.on('error', end).on('exit', (code) => {
      if (!closing || pending.size > 0) end(`exit code ${code}`);
    });
  });
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  failure.catch(() => {}); // not everybody waits for it
  worker.on('message', ({ id, answer, error }: Reply) => {
    const { resolve, reject } = pending.get(id)!;
    pending.delete(id);
    if (!error) resolve(answer as Answer);
    else reject(error.code ? new PosterError(error.code, error.message) : new Error(error.message));
  });
  return {
    failure,
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        if (closing) return reject(closedError());
        const id = asked++;
        pending.set(id, { resolve, reject });
        worker.postMessage({ id, question } satisfies Question);
      }),
    async close() {
      if (!ended && !closing) worker.postMessage('close');
      closing = true;
      await gone;
    },
  };
}

function closedError(): PosterError {
  return new PosterError('disposed', 'This worker thread was closed; start another one.');
}

/**
 * Starts several threads of a program and waits until each has answered 'ready', which it does when it has opened
 * what it works with.
 *
 * @throws whatever one of them answers instead; all are ended then
 */
export async function startThreads<Asked, Answer>(
  count: number,
  program: URL,
  workerData: unknown,
): Promise<{ threads: Thread<Asked | 'ready', Answer>[]; close(): Promise<void> }> {
  const threads = Array.from({ length: count }, () =>
    startThread<Asked | 'ready', Answer>(program, workerData),
  );
  const close = async () => void (await Promise.all(threads.map((thread) => thread.close())));
  try {
    await Promise.all(threads.map((thread) => thread.ask('ready')));
  } catch (error) {
    await close();
    throw error;
  }
  return { threads, close };
}

/** The thread's side: answers questions until it is told to close, then frees what it has. */
export function answerQuestions<Asked, Answer>(
  answer: (question: Asked) => Promise<Answer>,
  free: () => Promise<void>,
  transferred: (answer: Answer) => Transferable[] = () => [],
): void {
  const port = parentPort!;
  const running = new Set<Promise<void>>();
  const reply = async ({ id, question }: Question): Promise<void> => {
    try {
      const result = await answer(question as Asked);
      port.postMessage({ id, answer: result } satisfies Reply, transferred(result));
    } catch (error) {
      port.postMessage({ id, error: describe(error) } satisfies Reply);
    }
  };
  port.on('message', async (message: Question | 'close') => {
    if (message === 'close') {
      await Promise.all(running);
      await free();
      port.close(); // nothing else keeps the thread alive
      return;
    }
    const work = reply(message);
    running.add(work);
    await work;
    running.delete(work);
  });
}

function describe(error: unknown): NonNullable<Reply['error']> {
  if (error instanceof PosterError) return { code: error.code, message: error.message };
  return {
    code: undefined,
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
