/** Lets so many pieces of work run at once, the others waiting in their order. Browser-safe. */
import { throwIfAborted } from '../../errors.js';

export interface Slots {
  /** Runs the work when a slot is free; not at all when the signal has fired by then. */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function createSlots(count: number): Slots {
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
