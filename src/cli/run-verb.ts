/** What all verbs share: cancelling on Ctrl-C, telling errors in one sentence, exit codes. */
import { errorCodes, messageOf, PosterError } from '../errors.js';
import { unwritable } from '../io/write-atomically.js';
import { downloadAsked } from './download-weights.js';
import { say } from './say.js';

/** A command's work; the signal fires on SIGINT and SIGTERM. */
export type Verb<Arguments extends unknown[]> = (signal: AbortSignal, ...args: Arguments) => Promise<void>;

/**
 * Wraps a verb for commander. Known errors print as one sentence and set their exit code; anything else is a
 * bug of ours and prints its stack. A second Ctrl-C ends the process at once.
 */
export function runVerb<Arguments extends unknown[]>(
  verb: Verb<Arguments>,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    const controller = new AbortController();
    const cancel = (signal: NodeJS.Signals) => {
      if (controller.signal.aborted) process.exit(130);
      process.stderr.write(`\nStopping (${signal}); once more to stop at once.\n`);
      controller.abort(signal);
    };
    process.on('SIGINT', cancel).on('SIGTERM', cancel);
    try {
      await downloadAsked(args, controller.signal);
      await verb(controller.signal, ...args);
    } catch (error) {
      reportError(error);
    } finally {
      process.off('SIGINT', cancel).off('SIGTERM', cancel);
    }
  };
}

/** Prints an error for a person and sets the exit code. */
export function reportError(error: unknown): void {
  if (error instanceof PosterError) {
    // what to install is several lines of our own; a line break in any other message is one that it quotes
    const lines = error.code === 'engine.unavailable' ? error.message.split('\n') : [error.message];
    lines.forEach((line, i) => {
      say(i === 0 ? `poster: ${line}` : line);
    });
    process.exitCode = errorCodes[error.code].exit;
    return;
  }
  const stack = error instanceof Error ? error.stack : messageOf(error);
  process.stderr.write(`poster: something unforeseen happened; please report it with this text.\n${stack}\n`);
  process.exitCode = 70; // EX_SOFTWARE
}

/**
 * When what reads the output has gone, as after `poster predict ... | head`, it has what it wanted: the program ends with
 * a sentence and no error. An output that cannot be written, as on a full disk, is an error.
 */
export function endOnBrokenOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      process.stderr.write('Standard output was closed by its reader; the rest was not written.\n');
      process.exit(0);
    }
    reportError(unwritable('to standard output', error));
    process.exit();
  });
  process.stderr.on('error', () => {}); // nobody is left to tell
}
