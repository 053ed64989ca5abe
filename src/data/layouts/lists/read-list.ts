import { extname } from 'node:path';
import { PosterError } from '../../../errors.js';
import { type Columns, findColumn, readFirstRow } from './list-columns.js';
import { readLines } from './read-lines.js';
import { readTable } from './read-table.js';

/** A row of a list: an image, its label as written, and perhaps its split. */
export interface ListRow {
  readonly list: string;
  /** The path as written. */
  readonly file: string;
  /** As written, but whole numbers without decimals. */
  readonly label: string;
  readonly split: string | undefined;
  readonly line: number;
}

/** Extensions of lists. */
export const listExtensions = ['.csv', '.tsv', '.txt', '.jsonl', '.ndjson'] as const;

/** Whether a list is of JSON lines, by its ending. */
export function isJsonList(list: string): boolean {
  return ['.jsonl', '.ndjson'].includes(extname(list).toLowerCase());
}

/**
 * Streams a list of images: rows of path and label, parted by commas, tabs, semicolons or blanks, with or without a
 * header; or JSON lines with the same names.
 * @param isSplit whether a word names a split.
 * @throws PosterError `file.missing`, or `data.layout` with the line of a damaged row.
 */
export function readList(
  list: string,
  isSplit: (word: string) => boolean,
  signal?: AbortSignal,
): AsyncGenerator<ListRow> {
  return isJsonList(list) ? readJsonList(list, signal) : readTableList(list, isSplit, signal);
}

async function* readTableList(
  list: string,
  isSplit: (word: string) => boolean,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListRow> {
  let columns: Columns | undefined;
  for await (const { cells, line } of readTable(list, signal)) {
    if (!columns) {
      const first = await readFirstRow(list, cells, isSplit);
      columns = first.columns;
      if (first.isHeader) continue;
    }
    yield checkRow(list, line, cells[columns.path], cells[columns.label], cells[columns.split]);
  }
}

async function* readJsonList(list: string, signal: AbortSignal | undefined): AsyncGenerator<ListRow> {
  for await (const { text, line } of readLines(list, signal)) {
    const row = parseJsonRow(list, line, text);
    const values = Object.values(row);
    const [path, label, split] = (['path', 'label', 'split'] as const).map(
      (column) => values[findColumn(Object.keys(row), column)],
    );
    yield checkRow(list, line, path, label, split);
  }
}

function parseJsonRow(list: string, line: number, text: string): object {
  try {
    const row: unknown = JSON.parse(text);
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row;
  } catch {
    // told below
  }
  throw rowError(list, line, 'a JSON object', text);
}

function checkRow(list: string, line: number, path: unknown, label: unknown, split: unknown): ListRow {
  const text = typeof label === 'number' ? String(label) : label;
  if (typeof path === 'number') return checkRow(list, line, String(path), label, split);
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    throw rowError(list, line, 'the path of an image', path);
  if (typeof text !== 'string' || text.trim() === '') throw rowError(list, line, 'a label', label);
  if (split !== undefined && typeof split !== 'string') throw rowError(list, line, 'a split', split);
  return { list, file: path, label: plainLabel(text), split: split?.toLowerCase(), line };
}

/** A label as written, but whole numbers without decimals. */
export function plainLabel(text: string): string {
  return /^\+?(-?\d+)(?:\.0*)?$/.exec(text.trim())?.[1] ?? text.trim();
}

function rowError(list: string, line: number, expected: string, got: unknown): PosterError {
  const found = got === undefined || got === null || got === '' ? 'none' : JSON.stringify(got).slice(0, 80);
  return new PosterError(
    'data.layout',
    `Expected ${expected} in ${list}, line ${line}, got ${found}; a row is "path,label" or {"path": "…", "label": "…"}.`,
  );
}
