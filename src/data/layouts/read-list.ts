import { dirname, extname, resolve } from 'node:path';
import { PosterError } from '../../errors.js';
import { readCsv } from './read-csv.js';
import { readLines } from './read-lines.js';

/** A row of a list: an image, its label as written, and perhaps its split. */
export interface ListRow {
  /** An absolute path. */
  readonly path: string;
  readonly label: string;
  readonly split: string | undefined;
  readonly line: number;
}

/** Extensions of lists. */
export const listExtensions = ['.csv', '.tsv', '.jsonl', '.ndjson'] as const;

/** The names that a header may give the columns, in small letters. */
export const columnNames = {
  path: ['path', 'image', 'image_path', 'file', 'filename'],
  label: ['label', 'class', 'expression', 'emotion'],
  split: ['split', 'usage'],
};

/**
 * Streams a list of images: CSV or TSV with path and label first or named in a header, or JSON lines with
 * "path", "label" and perhaps "split". Paths are relative to the list's folder.
 * @throws PosterError `file.missing`, or `data.layout` with the line of a damaged row.
 */
export function readList(list: string, signal?: AbortSignal): AsyncGenerator<ListRow> {
  const isCsv = ['.csv', '.tsv'].includes(extname(list).toLowerCase());
  return isCsv ? readCsvList(list, signal) : readJsonList(list, signal);
}

interface Columns {
  readonly path: number;
  readonly label: number;
  readonly split: number;
}

async function* readCsvList(list: string, signal: AbortSignal | undefined): AsyncGenerator<ListRow> {
  let columns: Columns | undefined;
  for await (const { cells, line } of readCsv(list, signal)) {
    if (!columns) {
      columns = headerColumns(cells);
      if (columns) continue;
      columns = { path: 0, label: 1, split: -1 };
    }
    yield checkRow(list, line, cells[columns.path], cells[columns.label], cells[columns.split]);
  }
}

/** The places of the columns when the first row is a header, one that names both path and label. */
function headerColumns(cells: readonly string[]): Columns | undefined {
  const names = cells.map((cell) => cell.toLowerCase());
  const find = (known: readonly string[]) => names.findIndex((name) => known.includes(name));
  const columns = {
    path: find(columnNames.path),
    label: find(columnNames.label),
    split: find(columnNames.split),
  };
  return columns.path >= 0 && columns.label >= 0 ? columns : undefined;
}

async function* readJsonList(list: string, signal: AbortSignal | undefined): AsyncGenerator<ListRow> {
  for await (const { text, line } of readLines(list, signal)) {
    const row = parseJsonRow(text);
    yield checkRow(list, line, row?.path, row?.label, row?.split);
  }
}

function parseJsonRow(text: string): Partial<Record<'path' | 'label' | 'split', unknown>> | undefined {
  try {
    const row: unknown = JSON.parse(text);
    return typeof row === 'object' && row !== null ? row : undefined;
  } catch {
    return undefined;
  }
}

function checkRow(list: string, line: number, path: unknown, label: unknown, split: unknown): ListRow {
  const text = typeof label === 'number' ? String(label) : label;
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    throw rowError(list, line, 'the path of an image', path);
  if (typeof text !== 'string' || text === '') throw rowError(list, line, 'a label', label);
  if (split !== undefined && typeof split !== 'string') throw rowError(list, line, 'a split', split);
  return { path: resolve(dirname(list), path), label: text, split: split?.toLowerCase(), line };
}

function rowError(list: string, line: number, expected: string, got: unknown): PosterError {
  const found = got === undefined || got === '' ? 'none' : JSON.stringify(got).slice(0, 80);
  return new PosterError(
    'data.layout',
    `Expected ${expected} in ${list}, line ${line}, got ${found}; a row is "path,label" or {"path": "…", "label": "…"}.`,
  );
}
