/** How much runs at once. Browser-safe. */
import { throwIfAborted } from '../errors.js';

/** Lets so many pieces of work run at once, the others waiting in their order. */
export interface Limiter {
  /** Runs the work when a slot is free; not at all when the signal has fired by then. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function createLimiter(count: number): Limiter {
  const waiting: (() => void)[] = [];
  let free = count;
  const enter = (): Promise<void> | undefined => {
    if (free === 0) return new Promise((resolve) => waiting.push(resolve));
    free--;
    return undefined;
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return {
    async run(work, signal) {
      await enter();
      try {
        throwIfAborted(signal);
        return await work();
      } finally {
        leave();
      }
    },
  };
}

/**
 * Runs `work` on every item, at most `width` at a time, in order of the items. The first failure stops the
 * others from starting and is thrown when the running ones have ended.
 */
export async function forEachParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const source = toAsyncIterator(items);
  let failed = false;
  const lane = async (): Promise<void> => {
    while (!failed) {
      throwIfAborted(signal);
      const { value, done } = await source.next();
      if (done) return;
      await work(value);
    }
  };
  const guarded = () =>
    lane().catch((error: unknown) => {
      failed = true;
      throw error;
    });
  const lanes = await Promise.allSettled(Array.from({ length: width }, guarded));
  await source.return(undefined);
  const failure = lanes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
}

/** Async generators queue concurrent calls of next, so several lanes may pull from one. */
async function* toAsyncIterator<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T, undefined> {
  yield* items;
}
