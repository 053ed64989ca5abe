import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { messageOf, PosterError, throwIfAborted } from '../../../errors.js';
import { unreadable } from '../../../io/write-atomically.js';

/** A row of a CSV file and the line it ends on. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/** No sound row is longer: a 48x48 image as decimal text takes 9 kB. */
const maxRowBytes = 1 << 20;

/**
 * Streams the rows of a CSV file (RFC 4180, any line ends, byte order mark allowed), or of one with another delimiter.
 * Empty lines are skipped, cells are trimmed, rows may differ in length.
 * @throws PosterError `file.missing`, or `data.layout` with the line of a damaged row.
 */
export async function* readCsv(path: string, signal?: AbortSignal, delimiter = ','): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: maxRowBytes,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  });
  pipeline(createReadStream(path), parser, () => {});
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      throwIfAborted(signal);
      yield { cells: record, line: info.lines };
    }
  } catch (error) {
    throw csvFailure(path, error);
  }
}

function csvFailure(path: string, error: unknown): PosterError {
  if (error instanceof PosterError) return error;
  if (error instanceof CsvError)
    return new PosterError(
      'data.layout',
      `Expected comma-separated rows in ${path}: ${messageOf(error)}; correct the file.`,
      { cause: error },
    );
  return unreadable(path, error);
}
