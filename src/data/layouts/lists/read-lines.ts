import { createReadStream } from 'node:fs';
import { PosterError, throwIfAborted } from '../../../errors.js';
import { unreadable } from '../../../io/write-atomically.js';

/** No sound line is longer. */
const maxLineLength = 1 << 20;

/**
 * Streams the lines of a text file in UTF-8, without line ends, byte order mark and empty lines.
 * @throws PosterError `file.missing`, or `data.layout` for a line of over a million characters.
 */
export async function* readLines(
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<{ text: string; line: number }> {
  let line = 0;
  let rest = '';
  for await (const chunk of readChunks(path)) {
    throwIfAborted(signal);
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const text of lines) {
      line++;
      if (text.trim() !== '') yield { text: text.trim(), line };
    }
    if (rest.length > maxLineLength)
      throw new PosterError(
        'data.layout',
        `Expected lines of text in ${path}, but line ${line + 1} is over ${maxLineLength} characters long; correct the file.`,
      );
  }
  if (rest.trim() !== '') yield { text: rest.trim(), line: line + 1 };
}

async function* readChunks(path: string): AsyncGenerator<string> {
  try {
    yield* createReadStream(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}
