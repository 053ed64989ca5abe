/** Lists with a column per class: votes, probabilities or one-hot rows. */
import { PosterError } from '../../../errors.js';
import { parseJson } from '../../../util/parse-json.js';
import { checkLabels, expressionName, labelIndex } from '../../labels.js';
import { toDistribution } from '../votes/distribution.js';
import { findColumn } from './list-columns.js';
import type { CsvRow } from './read-csv.js';
import { readLines } from './read-lines.js';
import { isJsonList } from './read-list.js';
import { readTable } from './read-table.js';

/** A row of such a list. */
export interface VotesListRow {
  /** As written. */
  readonly path: string;
  /** As written, perhaps empty; absent without such a column. */
  readonly label: string | undefined;
  /** In lower case; absent without such a column. */
  readonly split: string | undefined;
  /** The probability of each class, with the sum 1. */
  readonly distribution: readonly number[];
  readonly line: number;
}

/** What the columns of a list hold. */
export interface ClassColumns {
  /** The classes, in the order of their columns or of the labels given. */
  readonly classes: readonly string[];
  /** The column of each class. */
  readonly places: readonly number[];
  /** The columns of path, label and split; -1 for none. */
  readonly path: number;
  readonly label: number;
  readonly split: number;
  /** Columns in all. */
  readonly count: number;
}

/** Whether a list's header names classes. */
export async function hasClassColumns(list: string, signal?: AbortSignal): Promise<boolean> {
  return (await findClassColumns(list, undefined, signal)) !== undefined;
}

/**
 * The columns of a list with a column per class, or undefined for any other list. The classes are the given
 * labels where they name columns. Without, they are the columns with the usual words for expressions where
 * the list has a label column, too; where it has none, all columns of numbers but those of path, split and a
 * number for the row.
 * @throws PosterError `data.layout` when only some of the given labels have a column.
 */
export async function findClassColumns(
  list: string,
  labels?: readonly string[],
  signal?: AbortSignal,
): Promise<ClassColumns | undefined> {
  const [header, first] = await firstRows(list, signal);
  if (!header || !first) return undefined;
  const path = findColumn(header.cells, 'path');
  const label = findColumn(header.cells, 'label');
  const split = findColumn(header.cells, 'split');
  if (path < 0) return undefined;
  const columns = header.cells
    .map((name, i) => ({ name, place: i }))
    .filter((column) => ![path, label, split].includes(column.place));
  const chosen = labels ? byLabels(columns, labels, list, label >= 0) : byName(columns, first, label >= 0);
  if (!chosen || chosen.length < 2) return undefined;
  const classes = labels ?? usualNames(chosen.map(({ name }) => name));
  checkLabels(classes, list);
  const places = chosen.map((column) => column.place);
  return { classes, places, path, label, split, count: header.cells.length };
}

interface Column {
  readonly name: string;
  readonly place: number;
}

function byLabels(
  columns: readonly Column[],
  labels: readonly string[],
  list: string,
  hasLabel: boolean,
): Column[] | undefined {
  const names = columns.map(({ name }) => name);
  const places = labels.map((label) => labelIndex(names, label));
  const missing = labels.filter((_, i) => places[i]! < 0);
  if (missing.length === 0) return places.map((i) => columns[i]!);
  if (missing.length === labels.length || hasLabel) return undefined;
  throw new PosterError(
    'data.layout',
    `Expected a column for each of ${labels.join(', ')} in ${list}, but there is none for ${missing.join(', ')}; ` +
      'add it, or correct --labels.',
  );
}

function byName(columns: readonly Column[], first: CsvRow, hasLabel: boolean): Column[] {
  const isExpression = ({ name }: Column) => expressionName(name) !== undefined;
  if (hasLabel) return columns.filter(isExpression);
  const named = columns.filter(({ name }) => !/^(|id|index|unnamed.*)$/i.test(name));
  const areNumbers = named.every(({ place }) => !Number.isNaN(toNumber(first.cells[place])));
  return areNumbers || named.every(isExpression) ? named : [];
}

/** The usual names of expressions where all are different. */
function usualNames(names: readonly string[]): readonly string[] {
  const usual = names.map((name) => expressionName(name) ?? name);
  return new Set(usual).size === names.length ? usual : names;
}

async function firstRows(list: string, signal: AbortSignal | undefined): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const row of readRows(list, signal)) if (rows.push(row) === 2) break;
  return rows;
}

/** The rows of a list, the header first; that of JSON lines are the keys of the first. */
async function* readRows(list: string, signal: AbortSignal | undefined): AsyncGenerator<CsvRow> {
  if (!isJsonList(list)) {
    yield* readTable(list, signal);
    return;
  }
  let keys: readonly string[] | undefined;
  for await (const { text, line } of readLines(list, signal)) {
    const row: unknown = parseJson(text);
    const fields = typeof row === 'object' && row !== null ? (row as Record<string, unknown>) : {};
    if (!keys) {
      keys = Object.keys(fields);
      yield { cells: keys, line };
    }
    const unknown = Object.keys(fields).filter((key) => !keys!.includes(key));
    yield { cells: [...keys, ...unknown].map((key) => String(fields[key] ?? '')), line };
  }
}

/**
 * Streams the rows of a list with a column per class.
 * @throws PosterError `file.missing`, or `data.layout` with the line of a row without a path, with another
 * number of columns, or whose values for the classes are no distribution.
 */
export async function* readVotesList(
  list: string,
  columns: ClassColumns,
  signal?: AbortSignal,
): AsyncGenerator<VotesListRow> {
  let isHeader = true;
  for await (const { cells, line } of readRows(list, signal)) {
    if (!isHeader) yield toRow(list, columns, cells, line);
    isHeader = false;
  }
}

function toRow(list: string, columns: ClassColumns, cells: readonly string[], line: number): VotesListRow {
  const { classes, places, count } = columns;
  const fail = (expected: string, got: string): never => {
    throw new PosterError(
      'data.layout',
      `Expected ${expected} in ${list}, line ${line}, got ${got.slice(0, 120)}; correct the row.`,
    );
  };
  if (cells.length !== count) fail(`${count} columns as in the header`, String(cells.length));
  const path = cells[columns.path] ?? '';
  if (path === '' || path.includes('\0')) fail('the path of an image', JSON.stringify(path));
  const values = places.map((place) => toNumber(cells[place]));
  const wrong = values.findIndex((value) => !(value >= 0));
  if (wrong >= 0) fail(`a number of at least 0 for ${classes[wrong]}`, JSON.stringify(cells[places[wrong]!]));
  const distribution = toDistribution(values);
  if (!distribution) fail('a vote or probability for at least one class', values.join());
  const label = cells[columns.label];
  return { path, label, split: cells[columns.split]?.toLowerCase(), distribution: distribution!, line };
}

/** A number as people and programs write it, or true or false for 1 and 0; otherwise NaN. */
function toNumber(cell = ''): number {
  if (/^(true|false)$/i.test(cell)) return cell.toLowerCase() === 'true' ? 1 : 0;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}
