/** Gathers items that come one by one into batches, holding none back for longer than a bound. Browser-safe. */
import { PosterError } from '../../errors.js';

export interface BatcherOptions<Item, Result> {
  /** Does the work of a batch; results in the order of the items. One batch runs at a time. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Items in a batch, at most. */
  readonly largest: number;
  /** Milliseconds an item may wait for others while nothing runs. */
  readonly delay: number;
  /** A clock in milliseconds that never goes back. Default: `performance.now`. */
  readonly now?: () => number;
  readonly onBatch?: (batch: BatchReport) => void;
}

export interface BatchReport {
  readonly size: number;
  /** Milliseconds its oldest item had waited. */
  readonly waited: number;
  /** Milliseconds the batch ran. */
  readonly ran: number;
}

export interface Batcher<Item, Result> {
  /** Resolves to the item's result. An item whose signal fires before its batch begins is dropped. */
  add(item: Item, signal?: AbortSignal): Promise<Result>;
  /** Items that wait for a batch. */
  readonly waiting: number;
  /** Takes no more items; resolves when those it has taken are done. */
  close(): Promise<void>;
}

interface Entry<Item, Result> {
  readonly item: Item;
  readonly since: number;
  /** It is part of a batch from now on and cannot be dropped. */
  readonly begin: () => void;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * A batch begins when it is full, or when its oldest item has waited `delay`, or at once when closing. While one
 * runs the next gathers. When a batch fails its items run again one by one, so that none fails for another.
 */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { run, largest, delay, now = () => performance.now(), onBatch } = options;
  const waiting: Entry<Item, Result>[] = [];
  const idle: (() => void)[] = [];
  let running = false;
  let closing = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const dispatch = (): void => {
    clearTimeout(timer);
    if (running) return;
    if (waiting.length === 0) {
      for (const resolve of idle.splice(0)) resolve();
      return;
    }
    const left = waiting[0]!.since + delay - now();
    if (waiting.length >= largest || left <= 0 || closing) void start(waiting.splice(0, largest));
    else timer = setTimeout(dispatch, Math.ceil(left));
  };

  const start = async (batch: readonly Entry<Item, Result>[]): Promise<void> => {
    running = true;
    for (const { begin } of batch) begin();
    const begun = now();
    await settle(batch, run);
    running = false;
    onBatch?.({ size: batch.length, waited: begun - batch[0]!.since, ran: now() - begun });
    dispatch();
  };

  const drop = (entry: Entry<Item, Result>): void => {
    waiting.splice(waiting.indexOf(entry), 1);
    entry.reject(cancelled());
    dispatch();
  };

  return {
    add(item, signal) {
      if (closing)
        return Promise.reject(
          new PosterError('server.stopping', 'The server is stopping; it takes no more.'),
        );
      if (signal?.aborted) return Promise.reject(cancelled());
      return new Promise<Result>((resolve, reject) => {
        const abort = () => drop(entry);
        const begin = () => signal?.removeEventListener('abort', abort);
        const entry = { item, since: now(), begin, resolve, reject };
        signal?.addEventListener('abort', abort, { once: true });
        waiting.push(entry);
        dispatch();
      });
    },
    get waiting() {
      return waiting.length;
    },
    close() {
      closing = true;
      const drained = new Promise<void>((resolve) => idle.push(resolve));
      dispatch();
      return drained;
    },
  };
}

function cancelled(): PosterError {
  return new PosterError('aborted', 'The work was cancelled before it began.');
}

async function settle<Item, Result>(
  batch: readonly Entry<Item, Result>[],
  run: BatcherOptions<Item, Result>['run'],
): Promise<void> {
  try {
    const results = await run(batch.map(({ item }) => item));
    if (results.length !== batch.length)
      throw new Error(`A batch of ${batch.length} gave ${results.length} results.`);
    batch.forEach(({ resolve }, i) => {
      resolve(results[i]!);
    });
  } catch (error) {
    if (batch.length === 1) return batch[0]!.reject(error);
    for (const entry of batch) await settle([entry], run);
  }
}
