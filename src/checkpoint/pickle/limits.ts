/** What a pickle may not do: break its format, or ask for more memory than any checkpoint. */
import { CorruptFileError } from '../corrupt-file-error.js';

/** A pickle that breaks its own format: `what` it holds that no pickle does. */
export function malformed(what: string): CorruptFileError {
  return new CorruptFileError(`has a pickle with ${what}, so it is damaged; download or copy it again`);
}

/**
 * Bounds the memory a pickle can make us use: everything built is charged here first. A pickle may name one long
 * value any number of times, so its own length bounds nothing.
 */
export class MemoryBudget {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** @throws CorruptFileError when all charges together exceed the budget. */
  charge(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0)
      throw new CorruptFileError('asks for more memory than any real checkpoint; do not trust it');
  }
}

/** About what one small object, such as an empty Map, takes. */
export const OBJECT_BYTES = 256;

/** About what one reference in an array or map takes. */
export const SLOT_BYTES = 16;
