/** Several threads of one program that share its questions. */
import { requireThreads } from '../util/given.js';
import type { Ask } from './questions.js';
import { startThread, type Thread, type ThreadOptions } from './thread.js';

/**
 * Starts threads that answer as one: each question goes to the thread that has the fewest.
 *
 * @throws PosterError `option.invalid` for more threads than any machine has cores
 */
export function startThreads<Methods>(
  count: number,
  program: URL,
  data: unknown,
  options?: ThreadOptions,
): Thread<Methods> {
  requireThreads(count);
  const threads = Array.from({ length: count }, () => startThread<Methods>(program, data, options));
  const busy = new Map(threads.map((thread) => [thread, 0]));
  const add = (thread: Thread<Methods>, change: number) => busy.set(thread, busy.get(thread)! + change);
  const ask: Ask<Methods> = async (...question) => {
    const [thread] = [...busy].reduce((least, one) => (one[1] < least[1] ? one : least));
    add(thread, 1);
    try {
      return await thread.ask(...question);
    } finally {
      add(thread, -1);
    }
  };
  const all = async (work: (thread: Thread<Methods>) => Promise<void>) =>
    void (await Promise.all(threads.map(work)));
  const failure = Promise.race(threads.map((thread) => thread.failure));
  failure.catch(() => {}); // not everybody waits for it
  return {
    ask,
    failure,
    ready: () => all((thread) => thread.ready()),
    close: () => all((thread) => thread.close()),
  };
}
