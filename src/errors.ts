/**
 * Every failure a user can cause or meet, by code. The command line prints the message and exits with
 * `exit`; the server answers with `status`. Anything that is not a PosterError is a bug of ours.
 */
export const errorCodes = {
  'option.invalid': { exit: 2, status: 400, meaning: 'an option or argument is unknown or out of range' },
  'file.missing': {
    exit: 2,
    status: 404,
    meaning: 'a file or folder that was named does not exist or cannot be read',
  },
  'file.unwritable': {
    exit: 1,
    status: 500,
    meaning: 'a result could not be written (permissions, disk full, path taken)',
  },
  'image.unreadable': {
    exit: 1,
    status: 415,
    meaning: 'an image is damaged, truncated, too large or of an unknown format',
  },
  'video.unreadable': {
    exit: 1,
    status: 415,
    meaning: 'a video is damaged, holds no pictures, is too large or of an unknown format',
  },
  'checkpoint.unreadable': {
    exit: 1,
    status: 500,
    meaning: 'a weights file is damaged, hostile or of an unknown format',
  },
  'checkpoint.mismatch': {
    exit: 1,
    status: 500,
    meaning: 'a weights file is sound but does not hold this network',
  },
  'data.layout': {
    exit: 1,
    status: 400,
    meaning: 'a dataset folder or label file is not laid out as its type requires',
  },
  'engine.unavailable': {
    exit: 1,
    status: 503,
    meaning: 'an inference or training engine cannot be loaded on this machine',
  },
  'engine.failed': { exit: 1, status: 500, meaning: 'an engine reported an error while it ran' },
  'verification.failed': {
    exit: 1,
    status: 500,
    meaning: 'a written file does not reproduce the results of its source',
  },
  'training.diverged': { exit: 1, status: 500, meaning: 'the training loss became infinite or not a number' },
  'worker.lost': {
    exit: 1,
    status: 500,
    meaning: 'a process of a training by several ended or did not answer; the state was saved',
  },
  'run.busy': {
    exit: 1,
    status: 409,
    meaning: 'a folder is in use by another process or holds the work of another run',
  },
  'request.invalid': {
    exit: 1,
    status: 400,
    meaning: 'a request is malformed, or one of its fields is missing, unknown or of the wrong kind',
  },
  'request.unauthorised': { exit: 1, status: 401, meaning: 'the server wants another bearer token, or any' },
  'request.forbidden': {
    exit: 1,
    status: 403,
    meaning: 'a request comes from a page, or is made to a name, that the server was not told to answer',
  },
  'request.unknown': { exit: 1, status: 404, meaning: 'the server has nothing at this address and method' },
  'request.method': {
    exit: 1,
    status: 405,
    meaning: 'the server has something at this address, but not for this method',
  },
  'request.timeout': { exit: 1, status: 408, meaning: 'a request did not arrive whole in time' },
  'request.too-large': {
    exit: 1,
    status: 413,
    meaning: 'a request holds more bytes or images than the server takes',
  },
  'request.unsupported': {
    exit: 1,
    status: 415,
    meaning: 'a request is of a content type that the server does not read',
  },
  'server.busy': { exit: 1, status: 503, meaning: 'the server has its queue full; try again later' },
  'server.slow': { exit: 1, status: 503, meaning: 'the server could not answer in time; try again later' },
  'server.stopping': { exit: 1, status: 503, meaning: 'the server is shutting down; try another' },
  disposed: { exit: 1, status: 500, meaning: 'an object was used after it had been disposed' },
  aborted: { exit: 130, status: 499, meaning: 'the caller cancelled the work' },
} as const;

/** The kind of a failure, by which programs tell them apart; docs/errors.md lists them. */
export type ErrorCode = keyof typeof errorCodes;

/** What a message may quote of a file and no terminal should obey: controls, and marks that turn the text's direction. */
const unprintable = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * An error meant for a person: one sentence that says what was expected, where, what came and what to do.
 */
export class PosterError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message.replace(unprintable, '?'), options);
    this.name = 'PosterError';
    this.code = code;
  }

  /** As answers of the server and JSON lines have it. */
  toJSON(): { code: ErrorCode; message: string } {
    return { code: this.code, message: this.message };
  }
}

/** Throws the `aborted` error when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** What work that a signal has cancelled fails with. */
export function abortedError(signal: AbortSignal): PosterError {
  return new PosterError('aborted', 'The work was cancelled before it finished.', { cause: signal.reason });
}

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when the signal fires, until the function that is returned was called. The signal has one listener however
 * many wait for it, since Node warns of many.
 */
export function onAbort(signal: AbortSignal | undefined, call: () => void): () => void {
  if (!signal) return () => {};
  const calls = waiting.get(signal) ?? new Set();
  if (!waiting.has(signal)) {
    waiting.set(signal, calls);
    signal.addEventListener('abort', () => [...calls].forEach((one) => void one()), { once: true });
  }
  calls.add(call);
  return () => void calls.delete(call);
}

/** Waits for work that others may share, or for the signal, whichever comes first; the work goes on either way. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  if (signal.aborted) {
    work.catch(() => {}); // nobody waits for it
    throw abortedError(signal);
  }
  let leave = () => {};
  const aborted = new Promise<never>((_, reject) => {
    leave = onAbort(signal, () => reject(abortedError(signal)));
  });
  return Promise.race([work, aborted]).finally(leave);
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
