/**
 * Takes the first item at once: what is to be said of an input that holds nothing is said before anything is opened or
 * written for it. Whoever asks disposes of what is returned, and of the items with it.
 */
export async function begun<T>(items: AsyncIterable<T>): Promise<AsyncIterable<T> & AsyncDisposable> {
  const iterator = items[Symbol.asyncIterator]();
  const first = await iterator.next();
  let given = false;
  const rest: AsyncIterator<T> = {
    next: () => {
      if (given) return iterator.next();
      given = true;
      return Promise.resolve(first);
    },
  };
  return {
    [Symbol.asyncIterator]: () => rest,
    async [Symbol.asyncDispose]() {
      await iterator.return?.();
    },
  };
}
