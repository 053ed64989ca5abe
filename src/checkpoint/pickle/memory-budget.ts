import { CorruptFileError } from '../corrupt-file-error.js';

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
