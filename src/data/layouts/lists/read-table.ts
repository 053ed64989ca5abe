import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { unreadable } from '../../../io/write-atomically.js';
import { type CsvRow, readCsv } from './read-csv.js';
import { readLines } from './read-lines.js';

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

/** What parts the cells of a row; blanks part a path from the label after it. */
type Separator = ',' | '\t' | ';' | 'blanks';

/** As much of a list as is looked at. */
const headBytes = 1 << 16;
const headLines = 20;

/**
 * What parts the cells of a list: that of its ending where every one of the first rows has it, else another that every
 * one of them has.
 * @throws PosterError `file.missing`.
 */
export async function sniffSeparator(list: string): Promise<Separator> {
  const usual = extname(list).toLowerCase() === '.tsv' ? '\t' : ',';
  const lines = (await readHead(list))
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, headLines);
  const every = (separator: string) => lines.every((line) => line.includes(separator));
  const found = ([usual, ';', '\t', ','] as const).find(every);
  if (found !== undefined) return found;
  return lines.every((line) => /\S[ \t]+\S/.test(line)) ? 'blanks' : usual;
}

/** Whole lines from the beginning, or a part of the first. */
async function readHead(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const isUtf16 = buffer[0] === 0xff && buffer[1] === 0xfe;
    const text = buffer.toString(isUtf16 ? 'utf16le' : 'utf8', 0, bytesRead).replace(/^\uFEFF/, '');
    const end = bytesRead < headBytes ? -1 : text.lastIndexOf('\n');
    return end < 0 ? text : text.slice(0, end);
  } catch (error) {
    throw unreadable(path, error);
  }
}
