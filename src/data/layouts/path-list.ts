import { basename, extname, join } from 'node:path';
import { PosterError } from '../../errors.js';
import { expressionName, labelIndex, maxClasses } from '../labels.js';
import type { Layout, LayoutOptions, LayoutReader, Listing, Split } from './layout.js';
import { fileExists, folderExists, readFolder } from './list-images.js';
import { type ListRow, listExtensions, readList } from './read-list.js';
import { requireSomeFiles } from './require-files.js';

const splitOf: Record<string, Split> = {
  train: 'train',
  training: 'train',
  valid: 'valid',
  val: 'valid',
  validation: 'valid',
  publictest: 'valid',
  test: 'test',
  testing: 'test',
  privatetest: 'test',
};

/** The rows of one split and the list they come from. */
export interface SplitRows<Row = ListRow> {
  readonly list: string;
  readonly rows: Row[];
}

/**
 * Lists of path and label: one file, divided by a split column or not at all; or a folder with a list per
 * split (train.csv, valid.jsonl, …), or with a single list.
 */
export const pathList: LayoutReader = {
  expects: 'a .csv, .tsv or .jsonl list of path and label, or a folder of lists train, valid and test',

  async recognise(options) {
    const lists = await findLists(options.root);
    if (lists.length === 0) return undefined;
    const rows = await readLists(lists, (list) => readList(list, options.signal));
    const labels = labelsOf([...rows.values()], options);
    return layoutOf(rows, labels);
  },
};

/** The lists with the split that their names tell, if any. */
export async function findLists(root: string): Promise<{ list: string; split: Split | undefined }[]> {
  if (await fileExists(root)) return isList(root) ? [{ list: root, split: undefined }] : [];
  if (!(await folderExists(root))) return [];
  const lists = (await readFolder(root)).others.filter(isList);
  const divided = lists.flatMap((name) => {
    const split = splitOf[basename(name, extname(name)).toLowerCase()];
    return split ? [{ list: join(root, name), split }] : [];
  });
  if (divided.length > 0) return divided;
  return lists.length === 1 ? [{ list: join(root, lists[0]!), split: undefined }] : [];
}

function isList(name: string): boolean {
  return listExtensions.some((extension) => extname(name).toLowerCase() === extension);
}

/** The rows of the lists by split, each list read by `rowsOf`. */
export async function readLists<Row extends Pick<ListRow, 'split' | 'line'>>(
  lists: Awaited<ReturnType<typeof findLists>>,
  rowsOf: (list: string) => AsyncIterable<Row>,
): Promise<Map<Split, SplitRows<Row>>> {
  const bySplit = new Map<Split, SplitRows<Row>>();
  for (const { list, split } of lists) {
    for await (const row of rowsOf(list)) {
      const place = split ?? splitOfRow(row, list);
      const entry = bySplit.get(place) ?? { list, rows: [] };
      if (entry.list !== list) throw twoLists(place, entry.list, list);
      entry.rows.push(row);
      bySplit.set(place, entry);
    }
  }
  if (bySplit.size === 0)
    throw new PosterError('data.layout', `Expected rows of path and label in ${lists[0]!.list}, got none.`);
  if (bySplit.has('all') && bySplit.size > 1) throw halfDivided(bySplit.get('all')!);
  return bySplit;
}

function splitOfRow({ split, line }: Pick<ListRow, 'split' | 'line'>, list: string): Split {
  if (split === undefined || split === '') return 'all';
  const known = splitOf[split];
  if (known) return known;
  throw new PosterError(
    'data.layout',
    `Expected the split train, valid or test in ${list}, line ${line}, got "${split.slice(0, 80)}".`,
  );
}

function twoLists(split: Split, first: string, second: string): PosterError {
  return new PosterError(
    'data.layout',
    `Expected one list of the ${split} split, got ${first} and ${second}; remove one of them.`,
  );
}

function halfDivided({ list, rows }: SplitRows<Pick<ListRow, 'line'>>): PosterError {
  return new PosterError(
    'data.layout',
    `Expected a split on every row of ${list}, but line ${rows[0]!.line} has none; fill the column or remove it.`,
  );
}

interface ListLabels {
  readonly classes: readonly string[];
  labelOf(label: string): number;
}

/** The classes: those given, else the numbers up to the largest, else the sorted names. */
function labelsOf(splits: readonly SplitRows[], { labels }: LayoutOptions): ListLabels {
  const written = new Set(splits.flatMap(({ rows }) => rows.map((row) => row.label)));
  const numbers = [...written].filter((label) => /^\d+$/.test(label));
  if (labels) return { classes: labels, labelOf: (label) => givenLabel(labels, label) };
  if (numbers.length === written.size) {
    const count = Math.max(...numbers.map(Number)) + 1;
    const classes = Array.from({ length: Math.min(count, maxClasses) }, (_, label) => String(label));
    return { classes, labelOf: Number };
  }
  return namedLabels([...written].filter((label) => !numbers.includes(label)));
}

function givenLabel(labels: readonly string[], label: string): number {
  const index = labelIndex(labels, label);
  return index < 0 && /^\d+$/.test(label) ? Number(label) : index;
}

/** Different spellings of one expression ("happy", "Happiness") are one class. */
function namedLabels(names: readonly string[]): ListLabels {
  const usual = (name: string) => expressionName(name) ?? name;
  const classes = [...new Set(names.map(usual))].sort();
  const index = new Map(classes.map((name, label) => [name, label]));
  return { classes, labelOf: (label) => index.get(usual(label)) ?? -1 };
}

function layoutOf(bySplit: ReadonlyMap<Split, SplitRows>, labels: ListLabels): Layout {
  return {
    name: 'list of path and label',
    splits: [...bySplit.keys()],
    read: (split) => toListing(bySplit.get(split)!, labels),
  };
}

async function toListing({ list, rows }: SplitRows, { classes, labelOf }: ListLabels): Promise<Listing> {
  const samples = rows.map(({ path, label, line }) => {
    const index = labelOf(label);
    if (index >= 0 && index < classes.length) return { path, label: index };
    throw new PosterError(
      'data.layout',
      `Expected a label of ${shorten(classes)} in ${list}, line ${line}, got "${label.slice(0, 80)}"; ` +
        'correct the row, or pass --labels.',
    );
  });
  await requireSomeFiles(samples, list, "paths are taken from the list's own folder");
  return { classes, samples, dropped: [], notes: [] };
}

function shorten(classes: readonly string[]): string {
  return classes.length > 10 ? `${classes.slice(0, 10).join(', ')}, …` : classes.join(', ');
}
