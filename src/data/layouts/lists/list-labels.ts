import { PosterError } from '../../../errors.js';
import { expressionName, labelIndex, maxClasses } from '../../labels.js';
import type { LayoutOptions } from '../layout.js';
import type { ListRow } from './read-list.js';

/** What the labels of lists mean. */
export interface ListLabels {
  readonly classes: readonly string[];
  /** The class index of each row's label. */
  labelOf(row: ListRow): number;
  /** Whether the lists number the classes and `numberNames` gave them names. */
  readonly areNumbersNamed: boolean;
  readonly notes: readonly string[];
}

/**
 * The classes: those given, else the numbers up to the largest, else the sorted names. Numbers that are given names
 * count from 0, or from 1 where the largest is the number of names and none is 0.
 * @throws PosterError `data.layout` with the line of a label that is none.
 */
export function listLabels(
  rows: readonly ListRow[],
  { labels, numberNames }: Pick<LayoutOptions, 'labels' | 'numberNames'>,
): ListLabels {
  const isGiven = ({ label }: ListRow) => labels?.includes(label) ?? numberNames?.includes(label) ?? false;
  for (const row of rows) if (!isGiven(row)) requireLabel(row);
  requireOneKind(rows, isGiven, labels);
  const areNumbers = rows.length > 0 && rows.every((row) => isNumber(row) && !isGiven(row));
  if (labels) return areNumbers ? namedNumbers(rows, labels) : givenLabels(rows, labels);
  if (!rows.every(isNumber)) return namedLabels(rows);
  return numberNames && areNumbers ? translated(rows, numberNames) : plainNumbers(rows);
}

const isNumber = ({ label }: ListRow) => /^\d+$/.test(label);

/** How programs write that there is no label. */
const none = /^(nan|none|null|nil|na|n\/a|<na>|#n\/a|\?|-+|-\d+)$/i;

function requireLabel({ list, label, line }: ListRow): void {
  const problem = none.test(label)
    ? 'which stands for no label; label the image, or remove the row'
    : /^[+-]?(\d+\.\d*|\.\d+)(e[+-]?\d+)?$/i.test(label)
      ? 'which is a measure and no class; name the column of the classes "label" in a header'
      : undefined;
  if (problem)
    throw new PosterError(
      'data.layout',
      `Expected a label in ${list}, line ${line}, got "${label}", ${problem}.`,
    );
}

/** Names or numbers: what most rows have is right. */
function requireOneKind(
  rows: readonly ListRow[],
  isGiven: (row: ListRow) => boolean,
  labels: readonly string[] | undefined,
): void {
  const isPlainNumber = (row: ListRow) => isNumber(row) && !isGiven(row);
  const names = rows.filter((row) => !isPlainNumber(row));
  const number = rows.find(isPlainNumber);
  const [name] = names;
  if (!number || !name) return;
  if (2 * names.length >= rows.length) refuse(number, labels ?? classesOf(names));
  throw new PosterError(
    'data.layout',
    `Expected a number as the label in ${name.list}, line ${name.line}, as on most of its rows, got ` +
      `"${name.label.slice(0, 80)}"; correct the row.`,
  );
}

function givenLabels(rows: readonly ListRow[], labels: readonly string[]): ListLabels {
  const labelOf = (row: ListRow) => {
    const index = labelIndex(labels, row.label);
    return index >= 0 ? index : refuse(row, labels);
  };
  for (const row of rows) labelOf(row);
  return { classes: labels, labelOf, areNumbersNamed: false, notes: [] };
}

/** Names for numbers, in label order. */
function namedNumbers(rows: readonly ListRow[], names: readonly string[]): ListLabels {
  const first = firstNumber(rows, names);
  const labelOf = (row: ListRow) => {
    const index = Number(row.label) - first;
    return index < names.length ? index : refuse(row, names);
  };
  const meaning = names.map((name, i) => `${first + i} ${name}`);
  const lists = [...new Set(rows.map(({ list }) => list))].join(', ');
  const notes = [`The labels of ${lists} are read as ${shorten(meaning)}.`];
  return { classes: names, labelOf, areNumbersNamed: true, notes };
}

/** As if the names stood in the list. */
function translated(rows: readonly ListRow[], names: readonly string[]): ListLabels {
  const numbers = namedNumbers(rows, names);
  const withName = (row: ListRow) => ({ ...row, label: names[numbers.labelOf(row)]! });
  const named = namedLabels(rows.map(withName));
  return { ...numbers, classes: named.classes, labelOf: (row) => named.labelOf(withName(row)) };
}

function firstNumber(rows: readonly ListRow[], names: readonly string[]): 0 | 1 {
  const [least, largest] = range(rows);
  if (least === 0) return 0;
  if (largest >= names.length) return 1;
  throw new PosterError(
    'data.layout',
    `Expected numbers from 0 to ${names.length - 1} or from 1 to ${names.length} in ${rows[0]!.list} for the ${names.length} names ` +
      `of --labels, got ${least} to ${largest}, which may be either; write the names into the list.`,
  );
}

/** The numbers themselves, from 0 or 1 on. */
function plainNumbers(rows: readonly ListRow[]): ListLabels {
  const [least, largest] = range(rows);
  const first = least === 0 ? 0 : 1;
  const count = Math.min(largest - first + 1, maxClasses);
  const classes = Array.from({ length: count }, (_, label) => String(first + label));
  const labelOf = (row: ListRow) => {
    const index = Number(row.label) - first;
    return index < count ? index : refuse(row, classes);
  };
  return { classes, labelOf, areNumbersNamed: false, notes: [] };
}

function range(rows: readonly ListRow[]): [least: number, largest: number] {
  let [least, largest] = [Number.POSITIVE_INFINITY, 0];
  for (const { label } of rows) {
    least = Math.min(least, Number(label));
    largest = Math.max(largest, Number(label));
  }
  return [least, largest];
}

/** Different spellings of one expression ("happy", "Happiness") are one class. */
const usualName = ({ label }: ListRow) => expressionName(label) ?? label;

const classesOf = (rows: readonly ListRow[]) => [...new Set(rows.map(usualName))].sort();

function namedLabels(rows: readonly ListRow[]): ListLabels {
  const classes = classesOf(rows);
  const index = new Map(classes.map((name, label) => [name, label]));
  return { classes, labelOf: (row) => index.get(usualName(row))!, areNumbersNamed: false, notes: [] };
}

function refuse({ list, line, label }: ListRow, classes: readonly string[]): never {
  throw new PosterError(
    'data.layout',
    `Expected a label of ${shorten(classes)} in ${list}, line ${line}, got "${label.slice(0, 80)}"; ` +
      'correct the row, or pass --labels.',
  );
}

function shorten(classes: readonly string[]): string {
  return classes.length > 10 ? `${classes.slice(0, 10).join(', ')}, …` : classes.join(', ');
}
