import { PosterError } from '../../../errors.js';
import sharp from '../../../image/sharp.js';
import { orUnwritable } from '../../../io/write-atomically.js';
import { labelSet } from '../../labels.js';
import { createDropCounter, type DropCounter, type LayoutOptions, type Split } from '../../layouts/layout.js';
import { readCsv } from '../../layouts/lists/read-csv.js';
import { type LabelOrder, orderLabels } from '../../layouts/order-labels.js';
import { latestByImage, rowLabel, rowTarget } from '../../layouts/votes/ferplus-images.js';
import { readVotes, usageSplits, type VotesRow } from '../../layouts/votes/ferplus-votes.js';
import type { PreparedItem, PrepareSource } from './types.js';

const side = 48;

/**
 * FER2013 as its one CSV file (emotion,pixels,Usage), labelled by FERPlus votes. The two files describe the
 * same faces row by row; each face is written as an 8-bit grey PNG of 48x48 pixels under its FERPlus name.
 * @throws PosterError `data.layout` or `file.missing` for either file.
 */
export async function fer2013Source(
  csv: string,
  votesFile: string,
  { labels, signal }: Pick<LayoutOptions, 'labels' | 'signal'>,
): Promise<PrepareSource> {
  const rows = await readVotes(votesFile, signal);
  const order = orderLabels(labelSet('FERPlus'), labels);
  const kept = new Set(latestByImage(rows));
  const dropped = countDropped([...kept], order);
  const labelled = [...kept].filter((row) => !isWord(rowLabel(row, order)));
  const splits = [...usageSplits.values()].filter((split) => labelled.some((row) => row.split === split));
  const used = [...kept].filter(
    (row) => splits.includes(row.split) && !(isWord(rowLabel(row, order)) && isWord(rowTarget(row, order))),
  );
  return {
    layout: 'FER2013 CSV with FERPlus votes',
    classes: order.classes,
    splits,
    writes: true,
    hasVotes: true,
    total: used.length,
    notes: [],
    droppedOf: (split) => dropped.get(split)?.list() ?? [],
    async *items(missing) {
      const waiting = new Set(used);
      for await (const { row, pixels } of readFaces(csv, rows, signal)) {
        if (!waiting.delete(row)) continue;
        yield toItem(row, pixels, order);
      }
      for (const row of waiting) missing(row.split).add('image missing', row.image);
    },
  };
}

function isWord<T>(found: T | string): found is string {
  return typeof found === 'string';
}

function countDropped(rows: readonly VotesRow[], order: LabelOrder): Map<Split, DropCounter> {
  const counters = new Map<Split, DropCounter>();
  for (const row of rows) {
    const found = rowLabel(row, order);
    if (!isWord(found)) continue;
    const counter = counters.get(row.split) ?? createDropCounter();
    counter.add(found, row.image || `line ${row.line}`);
    counters.set(row.split, counter);
  }
  return counters;
}

function toItem(row: VotesRow, pixels: Uint8Array, order: LabelOrder): PreparedItem {
  const labelled = rowLabel(row, order);
  const target = rowTarget(row, order);
  return {
    split: row.split,
    label: isWord(labelled) ? undefined : labelled.label,
    distribution: isWord(target) ? undefined : target.distribution,
    name: row.image,
    async place(to) {
      await writePng(pixels, to);
      return true;
    },
  };
}

/** Pairs each row of fer2013.csv with its votes; rows beyond the votes are passed over. */
async function* readFaces(
  csv: string,
  votes: readonly VotesRow[],
  signal: AbortSignal | undefined,
): AsyncGenerator<{ row: VotesRow; pixels: Uint8Array }> {
  let columns: { pixels: number; usage: number } | undefined;
  let index = 0;
  for await (const { cells, line } of readCsv(csv, signal)) {
    if (!columns) {
      columns = headerColumns(cells, csv);
      continue;
    }
    const row = votes[index++];
    if (!row) return;
    if (usageSplits.get(cells[columns.usage] ?? '') !== row.split)
      throw faceError(
        csv,
        line,
        `the part that line ${row.line} of the votes file names`,
        cells[columns.usage],
      );
    const text = cells[columns.pixels] ?? '';
    const pixels = parsePixels(text);
    if (!pixels) throw faceError(csv, line, `${side * side} grey levels 0 to 255`, text);
    yield { row, pixels };
  }
}

function headerColumns(cells: readonly string[], csv: string): { pixels: number; usage: number } {
  const pixels = cells.indexOf('pixels');
  const usage = cells.indexOf('Usage');
  if (pixels >= 0 && usage >= 0) return { pixels, usage };
  throw faceError(csv, 1, 'the columns emotion,pixels,Usage', cells.join());
}

function faceError(csv: string, line: number, expected: string, got: string | undefined): PosterError {
  return new PosterError(
    'data.layout',
    `Expected ${expected} in ${csv}, line ${line}, got "${(got ?? '').slice(0, 80)}"; take fer2013.csv as published.`,
  );
}

const pixelsText = new RegExp(`^\\d{1,3}( \\d{1,3}){${side * side - 1}}$`);

/** The grey levels of a face, or undefined when they are not 48x48 numbers from 0 to 255. */
function parsePixels(text: string): Uint8Array | undefined {
  if (!pixelsText.test(text)) return undefined;
  const levels = text.split(' ').map(Number);
  return levels.every((level) => level <= 255) ? Uint8Array.from(levels) : undefined;
}

async function writePng(pixels: Uint8Array, target: string): Promise<void> {
  const picture = sharp(pixels, { raw: { width: side, height: side, channels: 1 } }).toColourspace('b-w');
  await orUnwritable(target, () => picture.png().toFile(target));
}
