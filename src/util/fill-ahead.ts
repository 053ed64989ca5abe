/** Work done ahead of who consumes it. Browser-safe. */

/**
 * Fills a ring of `slots` ahead of the consumer: `fill(chunk, slot)` is begun for each chunk in order, as soon as
 * a slot is free, and `take` receives each filled slot's outcome in that order. A slot is free again when `take`
 * returns. However the consumer stops, `abandon` is called and every fill is awaited, so none writes afterwards.
 */
export async function* fillAhead<Chunk, Filled, Taken>(
  chunks: Iterable<Chunk> | AsyncIterable<Chunk>,
  slots: number,
  steps: {
    fill(chunk: Chunk, slot: number): Promise<Filled>;
    take(filled: Filled): Taken;
    abandon(): void;
  },
): AsyncGenerator<Taken, void, void> {
  const filling: Promise<Filled>[] = [];
  const begin = (chunk: Chunk, slot: number) => {
    const filled = steps.fill(chunk, slot);
    filled.catch(() => {}); // its failure is met when its turn comes, if it comes
    filling.push(filled);
  };
  try {
    let begun = 0;
    for await (const chunk of chunks) {
      const taken = filling.length === slots ? [steps.take(await filling.shift()!)] : [];
      begin(chunk, begun++ % slots);
      yield* taken;
    }
    while (filling.length > 0) yield steps.take(await filling.shift()!);
  } finally {
    steps.abandon();
    await Promise.allSettled(filling);
  }
}
