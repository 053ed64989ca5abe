/** What is said where a list of images is wanted. Browser-safe. */
import { PosterError } from '../errors.js';
import { describeGiven } from '../util/given.js';
import { inChunks } from '../util/in-chunks.js';

/**
 * Arrays of up to `size` images.
 * @throws PosterError `option.invalid` when the images are no list, but one of them, for example
 */
export async function* batches<T>(images: Iterable<T> | AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  requireList(images);
  yield* inChunks(images, size);
}

/**
 * Refuses what is no list. Texts and bytes can be gone through, too, but hold characters and numbers.
 * @throws PosterError `option.invalid`
 */
export function requireList(images: unknown): void {
  const list = typeof images === 'object' && images !== null && !ArrayBuffer.isView(images);
  if (list && (Symbol.iterator in images || Symbol.asyncIterator in images)) return;
  throw new PosterError(
    'option.invalid',
    `Expected a list of images (an array, or what gives them one by one), got ${describeGiven(images)}.`,
  );
}
