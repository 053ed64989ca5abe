import { type ErrorCode, PosterError } from '../errors.js';

/**
 * Why a file cannot be used, worded as the rest of a sentence that begins with its path:
 * 'is empty; download it again'. Parsers throw it without knowing the path; {@link withPath} adds that.
 */
export class CorruptFileError extends Error {
  readonly code: ErrorCode = 'checkpoint.unreadable';
}

/** Runs `work` and turns the {@link CorruptFileError} it meets into the error a person reads, which begins with the path. */
export async function withPath<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CorruptFileError)) throw error;
    throw new PosterError(error.code, `${path} ${printable(error.message)}.`, { cause: error });
  }
}

const LONGEST_MESSAGE = 2000;

/** Text that may quote a file, made fit for a terminal: no control characters, no endless names. */
export function printable(text: string): string {
  const clean = text.slice(0, LONGEST_MESSAGE).replace(/[\p{Cc}\p{Cf}]/gu, '?');
  return text.length > LONGEST_MESSAGE ? `${clean} ...` : clean;
}

/** `1 tensor`, `3 tensors`: a count with its noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
