import { join, relative } from 'node:path';
import type { ClassCount, DataReport, SplitReport } from '../../data/check/check-data.js';
import type { Duplicate } from '../../data/check/find-duplicates.js';
import { droppedNotes, type Split } from '../../data/layouts/layout.js';
import type { AlignedData, AlignedSplit } from '../../data/make/align/types.js';
import type { PreparedData, PreparedSplit } from '../../data/make/prepare/types.js';
import { counted } from '../../report/display-text.js';
import { table } from './table.js';

/** How many examples a list shows before it says how many more there are. */
const shown = 5;

/** A data report for a terminal. */
export function renderDataReport(report: DataReport): string {
  const { root, type, layout, splits, imagesOpened, problems, warnings } = report;
  const sections = [
    `${type} in ${root}: ${layout}`,
    countTable(splits),
    ...splits.flatMap(({ split, dropped }) => droppedNotes(split, dropped)),
    ...splits.flatMap(({ split, votes }) => (votes ? [renderVotes(split, votes)] : [])),
    ...renderUnreadable(report),
    ...renderDuplicates('between splits', report.duplicatesBetweenSplits, root),
    ...renderDuplicates('within a split', report.duplicatesWithinSplits, root),
    ...warnings.map((warning) => `Warning: ${warning}`),
    ...problems.map((problem) => `Problem: ${problem}`),
    verdict(problems.length, warnings.length, imagesOpened),
  ];
  return `${sections.join('\n')}\n`;
}

/** What `prepareData` did, for a terminal. */
export function renderPreparedData({ output, type, layout, splits, notes }: PreparedData): string {
  const sections = [
    `${type} (${layout}) is prepared in ${output}`,
    countTable(splits),
    ...splits.flatMap(({ split, dropped }) => droppedNotes(split, dropped)),
    ...splits.flatMap(({ split, votes }) => (votes ? [renderKeptVotes(split, votes)] : [])),
    ...notes.map((note) => `Note: ${note}`),
  ];
  return `${sections.join('\n')}\n`;
}

interface Counted {
  readonly split: Split;
  readonly images: number;
  readonly perClass: readonly ClassCount[];
}

/** A row per class, a column per split with counts and shares. */
export function countTable(splits: readonly Counted[]): string {
  const classes = splits[0]?.perClass.map(({ class: name }) => name) ?? [];
  const rows = classes.map((name, label) => [
    String(label),
    name,
    ...splits.map((split) => withShare(split.perClass[label]!.images, split.images)),
  ]);
  const all = ['', 'all', ...splits.map(({ images }) => String(images))];
  const head = ['label', 'class', ...splits.map(({ split }) => split)];
  return table(head, [...rows, all], ['right', 'left', ...splits.map(() => 'right' as const)]);
}

function withShare(count: number, total: number): string {
  const share = total > 0 ? (100 * count) / total : 0;
  return `${count} ${`(${share.toFixed(1)} %)`.padStart(9)}`;
}

function renderKeptVotes(split: Split, { images, unlabelled }: NonNullable<PreparedSplit['votes']>): string {
  return `Votes of ${split}: ${counted(images, 'image')}, ${unlabelled} of them without a majority (no_majority/)`;
}

function renderVotes(
  split: Split,
  { images, unlabelled, meanEntropy }: NonNullable<SplitReport['votes']>,
): string {
  return `Votes of ${split}: ${counted(images, 'image')}, ${unlabelled} of them without a majority, mean entropy ${meanEntropy.toFixed(3)}`;
}

function renderUnreadable({ splits }: DataReport): string[] {
  const all = splits.flatMap(({ unreadable }) => unreadable);
  if (all.length === 0) return [];
  return [`Unreadable: ${all.length}`, ...firstOf(all.map(({ reason }) => `  ${reason}`))];
}

function renderDuplicates(where: string, duplicates: readonly Duplicate[], root: string): string[] {
  if (duplicates.length === 0) return [];
  const lines = duplicates.map(({ copies, conflicting }) => {
    const names = firstOf(
      copies.map(
        ({ path, class: name }) => `${relative(root, path) || path}${conflicting ? ` (${name})` : ''}`,
      ),
    );
    return `  ${names.join(' = ')}`;
  });
  return [`Same picture more than once ${where}: ${duplicates.length}`, ...firstOf(lines)];
}

function firstOf(lines: readonly string[]): string[] {
  const more = lines.length - shown;
  return more > 0 ? [...lines.slice(0, shown), `  … and ${more} more`] : [...lines];
}

function verdict(problems: number, warnings: number, imagesOpened: boolean): string {
  const scope = imagesOpened ? '' : ' (no image was opened)';
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  if (problems === 0 && warnings === 0) return `The data are sound${scope}.`;
  return `${count(problems, 'problem')}, ${count(warnings, 'warning')}${scope}.`;
}

/** What `alignData` did, for a terminal. */
export function renderAlignedData(data: AlignedData): string {
  const { root, output, layout, alignment, classes, splits, notes } = data;
  const { template, size } = alignment;
  const sections = [
    `The faces of ${root} (${layout}) are aligned in ${output}: ${size} x ${size} pixels, template ${template}`,
    ...(classes.length > 0 ? [countTable(splits)] : []),
    ...splits.map(renderAligned),
    ...notes.map((note) => `Note: ${note}`),
    `Look at ${join(output, 'contact-sheet.png')}; ${join(output, 'faces.csv')} tells what became of every photo.`,
  ];
  return `${sections.join('\n')}\n`;
}

function renderAligned({ split, photos, images, withoutFace, unreadable }: AlignedSplit): string {
  const where = split === 'all' ? '' : `${split}: `;
  const rest = [
    ...(withoutFace > 0 ? [`${withoutFace} without a face`] : []),
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
  ];
  return [`${where}${counted(photos, 'photo')}, ${counted(images, 'face')} cut out`, ...rest].join(', ');
}
