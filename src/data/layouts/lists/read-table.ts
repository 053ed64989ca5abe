import { type CsvRow, readCsv } from './read-csv.js';
import { readLines } from './read-lines.js';
import { sniffSeparator } from './sniff-separator.js';

/**
 * Streams the rows of a list, the header among them, parted by whatever parts its cells.
 * @throws PosterError `file.missing`, or `data.layout` with the line of a damaged row.
 */
export async function* readTable(list: string, signal: AbortSignal | undefined): AsyncGenerator<CsvRow> {
  const separator = await sniffSeparator(list);
  yield* separator === 'blanks' ? readPairs(list, signal) : readCsv(list, signal, separator);
}

/** Lines of a path, which may have blanks itself, blanks and a label. */
async function* readPairs(list: string, signal: AbortSignal | undefined): AsyncGenerator<CsvRow> {
  for await (const { text, line } of readLines(list, signal)) {
    const [, path = text, label = ''] = /^(.*\S)\s+(\S+)$/.exec(text) ?? [];
    yield { cells: [path, label], line };
  }
}
