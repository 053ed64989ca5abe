/** Memory of large CPU tensors: whether what one frees is kept for the next. */
import { native } from './addon.js';

/**
 * Keeps the memory of freed CPU tensors of 1 MB and more for the next ones, or gives it back to the system again.
 * A training step takes the same blocks as the last one, and the kernel clears every page it hands out: on two cores
 * that was half of a step. What is kept and what is in use never exceed the most that was in use at once.
 *
 * It is on for the whole process while any thread has asked for it more often than it took that back; a thread that
 * ends takes all back. Where there is no POSIX memory mapping nothing is kept.
 */
export function keepFreedMemory(keep: boolean): void {
  native((engine) => engine.keepFreedMemory(keep));
}

/** Bytes of CPU tensors of 1 MB and more that were made while memory is kept. */
export interface HeldMemory {
  readonly inUse: number;
  /** Of freed tensors, waiting for the next ones. */
  readonly kept: number;
}

export function heldMemory(): HeldMemory {
  const [inUse, kept] = native((engine) => engine.heldMemory());
  return { inUse, kept };
}
