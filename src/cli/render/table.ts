/** Tables for the terminal, never wider than it is. */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import { terminalWidth } from './terminal-width.js';

type Rows = readonly (readonly string[])[];
export type Align = 'left' | 'right';

/** The first column is text, the others numbers. */
function usualAlignments({ length }: readonly string[]): Align[] {
  return Array.from({ length }, (_, i) => (i === 0 ? 'left' : 'right'));
}

/** A table in a frame. */
export function table(
  head: readonly string[],
  rows: Rows,
  colAligns: Align[] = usualAlignments(head),
): string {
  const { isTTY } = process.stdout;
  return draw(head, rows, {
    colAligns,
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    style: { head: isTTY ? ['bold'] : [], border: isTTY ? ['gray'] : [] },
    ...narrowed(head, rows, terminalWidth(), framed),
  });
}

/** What a table takes beside its texts. */
interface Margins {
  readonly perColumn: number;
  readonly once: number;
}

/** A space on each side of a column and a line, and a line at the end. */
const framed: Margins = { perColumn: 3, once: 1 };

/** Two spaces between columns. */
const spaced: Margins = { perColumn: 2, once: -2 };

/** Widths that wrap the widest columns, where the table would not fit. */
function narrowed(
  head: readonly string[],
  rows: Rows,
  available: number,
  { perColumn, once }: Margins,
): Table.TableConstructorOptions {
  const all = [head, ...rows];
  const perColumnOf = (measure: (text: string) => number) =>
    Array.from({ length: Math.max(...all.map(({ length }) => length)) }, (_, i) =>
      Math.max(...all.map((row) => measure(row[i] ?? ''))),
    );
  const widths = perColumnOf(lengthOf);
  const least = perColumnOf(longestNumber);
  const room = available - once - perColumn * widths.length;
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  if (excess <= 0) return {};
  for (; excess > 0; excess--) {
    const spare = widths.map((width, i) => (width > least[i]! ? width : 0));
    const widest = spare.indexOf(Math.max(...spare));
    if (spare[widest] === 0) break; // too narrow for any table
    widths[widest]!--;
  }
  return { colWidths: widths.map((width) => width + 2), wordWrap: true }; // with two spaces, wherever they are
}

/** A word may be cut where there is no room, a number not: it would be another one. */
function longestNumber(text: string): number {
  const words = stripVTControlCharacters(text).split(/\s+/);
  return Math.max(4, ...words.filter((word) => /^[^a-z]*\d[^a-z]*$/i.test(word)).map(({ length }) => length));
}

/** Columns of the longest line, without colours. */
function lengthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => [...stripVTControlCharacters(line)].length));
}

const edges = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
];
const inner = ['left', 'left-mid', 'right', 'right-mid', 'middle', 'mid', 'mid-mid'];

/** A table without a frame but a line under the heading, never wider than the terminal either. */
export function openTable(
  head: readonly string[],
  rows: Rows,
  bold: (text: string) => string,
  colAligns: Align[] = usualAlignments(rows[0] ?? []),
): string {
  const options = {
    colAligns,
    chars: Object.fromEntries([...edges, ...inner].map((name) => [name, ''])),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    ...narrowed(head, rows, terminalWidth(), spaced),
  };
  const lines = draw(head, rows, options)
    .split('\n')
    .map((line) => line.trimEnd());
  if (head.length === 0) return lines.join('\n');
  const width = Math.max(...lines.map(lengthOf));
  const heading = draw(head, [], options).split('\n').length; // more than a line where it was wrapped
  return [...lines.slice(0, heading).map(bold), '-'.repeat(width), ...lines.slice(heading)].join('\n');
}

function draw(head: readonly string[], rows: Rows, options: Table.TableConstructorOptions): string {
  const view = new Table({ head: [...head], ...options });
  view.push(...rows.map((row) => [...row]));
  return view.toString();
}
