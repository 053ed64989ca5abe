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
    ...narrowed(head, rows, terminalWidth()),
  });
}

/** What a column takes beside its text: a space on each side and a line. */
const frame = 3;

/** Widths that wrap the widest columns, where the table would not fit. */
function narrowed(head: readonly string[], rows: Rows, available: number): Table.TableConstructorOptions {
  const widths = head.map((title, i) =>
    Math.max(...[title, ...rows.map((row) => row[i] ?? '')].map((text) => [...text].length)),
  );
  const room = available - 1 - frame * widths.length;
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  if (excess <= 0) return {};
  for (; excess > 0; excess--) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= 4) break; // too narrow for any table
    widths[widest]!--;
  }
  return { colWidths: widths.map((width) => width + frame - 1), wordWrap: true };
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

/** A table without a frame but a line under the heading. */
export function openTable(
  head: readonly string[],
  rows: Rows,
  bold: (text: string) => string,
  colAligns: Align[] = usualAlignments(rows[0] ?? []),
): string {
  const lines = draw(head, rows, {
    colAligns,
    chars: Object.fromEntries([...edges, ...inner].map((name) => [name, ''])),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
  })
    .split('\n')
    .map((line) => line.trimEnd());
  if (head.length === 0) return lines.join('\n');
  const width = Math.max(...lines.map((line) => stripVTControlCharacters(line).length));
  const [heading, ...body] = lines;
  return [bold(heading!), '-'.repeat(width), ...body].join('\n');
}

function draw(head: readonly string[], rows: Rows, options: Table.TableConstructorOptions): string {
  const view = new Table({ head: [...head], ...options });
  view.push(...rows.map((row) => [...row]));
  return view.toString();
}
