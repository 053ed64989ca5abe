/** Gathers what comes one by one into arrays. Browser-safe. */

/** The values in arrays of `size`, the last perhaps shorter. */
export async function* inChunks<Value>(
  values: Iterable<Value> | AsyncIterable<Value>,
  size: number,
): AsyncGenerator<Value[], void, void> {
  let chunk: Value[] = [];
  for await (const value of values) {
    chunk.push(value);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
