/** The answering side of the one protocol between threads, over any channel of messages. Browser-safe. */
import { createLimiter } from '../util/limit.js';
import type { FromAnswerer, Job, ToAnswerer } from './questions.js';
import { toWire } from './wire-error.js';

/** Asked by the asking side to learn whether the methods have opened; there is no method of this name. */
export const readyQuestion = 'ready?';

export interface Answers {
  /** Takes what the asking side says. */
  receive(message: ToAnswerer): void;
  /** Resolves when every question that has come is answered. */
  idle(): Promise<void>;
}

/**
 * Answers questions with the methods of an object, which may still be opening; where that fails, its error answers
 * every question.
 *
 * @param atOnce questions that are worked on at the same time; the others wait in their order, and those that are
 *   cancelled before their turn are not begun
 */
export function openAnswers(
  methods: Promise<object>,
  post: (message: FromAnswerer) => void,
  atOnce = Number.POSITIVE_INFINITY,
): Answers {
  const limiter = createLimiter(atOnce);
  const running = new Map<number, { readonly stop: AbortController; readonly done: Promise<void> }>();

  const work = async (id: number, name: string, question: unknown, signal: AbortSignal): Promise<unknown> => {
    const known = (await methods) as Record<string, (question: unknown, job: Job<unknown>) => unknown>;
    if (name === readyQuestion) return undefined;
    const emit = (event: unknown) => post({ id, event });
    return limiter.run(async () => known[name]!(question, { signal, emit }), signal);
  };

  const answer = async (id: number, name: string, question: unknown, signal: AbortSignal): Promise<void> => {
    try {
      post({ id, answer: await work(id, name, question, signal) });
    } catch (error) {
      post({ id, error: toWire(error) });
    } finally {
      running.delete(id);
    }
  };

  return {
    receive(message) {
      if ('cancel' in message) return running.get(message.cancel)?.stop.abort();
      const { id, name, question } = message;
      const stop = new AbortController();
      running.set(id, { stop, done: answer(id, name, question, stop.signal) });
    },
    async idle() {
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}
