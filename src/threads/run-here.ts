/** What a thread would do, done in this one, behind the same interface. */
import { PosterError } from '../errors.js';
import { createLimiter } from '../util/limit.js';
import type { Ask, Job } from './questions.js';
import type { Thread } from './thread.js';

/** @param atOnce questions that are worked on at the same time. Default: all. */
export function runHere<Methods extends object & Partial<AsyncDisposable>>(
  methods: Methods,
  atOnce = Number.POSITIVE_INFINITY,
): Thread<Methods> {
  const limiter = createLimiter(atOnce);
  const never = new AbortController().signal;
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  const ask: Ask<Methods> = async (name, question, { signal, onEvent = () => {} } = {}) => {
    if (closing) throw new PosterError('disposed', 'This was closed; open another one.');
    const method = methods[name] as (question: unknown, job: Job<never>) => never;
    const job = { signal: signal ?? never, emit: onEvent };
    const work = limiter.run(async () => method(question, job), signal);
    running.add(work);
    try {
      return await work;
    } finally {
      running.delete(work);
    }
  };
  const close = async (): Promise<void> => {
    await Promise.allSettled(running);
    await methods[Symbol.asyncDispose]?.();
  };
  return {
    ask,
    async ready() {},
    failure: new Promise(() => {}),
    close() {
      closing ??= close();
      return closing;
    },
  };
}
