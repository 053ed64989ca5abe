/** How many threads anything may have: what a slip of a digit asks for would bring a machine to a stop. */
import { PosterError } from '../errors.js';

/** As many as the largest machines have. */
const mostThreads = 1024;

/** @throws PosterError `option.invalid` */
export function requireThreads(count: number): void {
  if (count <= mostThreads) return;
  throw new PosterError(
    'option.invalid',
    `Expected at most ${mostThreads} threads, got ${count}; more than there are cores gain nothing.`,
  );
}
