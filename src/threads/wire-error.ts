/** Errors on their way between threads: code, message, stack and cause arrive as they were. Browser-safe. */
import { type ErrorCode, PosterError } from '../errors.js';

/** An error as messages carry it. */
export interface WireError {
  /** That of a PosterError; absent for any other. */
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: WireError | undefined;
}

/** Causes of causes beyond so many are left out; they may go in circles. */
const deepest = 8;

/** Anything that was thrown; what is no error becomes one of its text. */
export function toWire(thrown: unknown, depth = 0): WireError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { message, stack, cause } = error;
  const told = cause !== undefined && depth < deepest;
  return {
    code: error instanceof PosterError ? error.code : undefined,
    message,
    stack,
    cause: told ? toWire(cause, depth + 1) : undefined,
  };
}

export function fromWire({ code, message, stack, cause }: WireError): Error {
  const options = cause && { cause: fromWire(cause) };
  const error = code ? new PosterError(code, message, options) : new Error(message, options);
  if (stack !== undefined) error.stack = stack;
  return error;
}
