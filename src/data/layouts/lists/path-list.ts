import { basename, extname, join } from 'node:path';
import { PosterError } from '../../../errors.js';
import type { Layout, LayoutReader, Listing, Split } from '../layout.js';
import { fileExists, folderExists, readFolder } from '../list-images.js';
import { describeSearch, locateFiles, requireSomeFiles } from '../locate-files.js';
import { type ListLabels, listLabels } from './list-labels.js';
import { type ListRow, listExtensions, readList } from './read-list.js';

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
  expects: 'a .csv, .tsv, .txt or .jsonl list of path and label, or a folder of lists train, valid and test',

  async recognise(options) {
    const lists = await findLists(options.root);
    if (lists.length === 0) return undefined;
    const rows = await readLists(lists, (list) => readList(list, isSplit, options.signal));
    const labels = listLabels(
      [...rows.values()].flatMap((split) => split.rows),
      options,
    );
    return layoutOf(rows, labels);
  },
};

/** The lists with the split that their names tell, if any. */
export async function findLists(root: string): Promise<{ list: string; split: Split | undefined }[]> {
  if (await fileExists(root)) return isList(root) ? [{ list: root, split: undefined }] : [];
  if (!(await folderExists(root))) return [];
  const { others } = await readFolder(root);
  const lists = others.filter(isList);
  const divided = lists.flatMap((name) => {
    const split = splitOf[basename(name, extname(name)).toLowerCase()];
    return split ? [{ list: join(root, name), split }] : [];
  });
  if (divided.length > 0) return divided;
  const single = lists.filter((name) => extname(name).toLowerCase() !== '.txt'); // such are often notes
  return single.length === 1 ? [{ list: join(root, single[0]!), split: undefined }] : [];
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

/** Whether a word names a split. */
export const isSplit = (word: string) => Object.hasOwn(splitOf, word.toLowerCase());

function splitOfRow({ split, line }: Pick<ListRow, 'split' | 'line'>, list: string): Split {
  if (split === undefined || split === '') return 'all';
  if (isSplit(split)) return splitOf[split]!;
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

function layoutOf(bySplit: ReadonlyMap<Split, SplitRows>, labels: ListLabels): Layout {
  return {
    name: 'list of path and label',
    splits: [...bySplit.keys()],
    read: (split) => toListing(bySplit.get(split)!, labels),
  };
}

async function toListing({ list, rows }: SplitRows, labels: ListLabels): Promise<Listing> {
  const { classes, labelOf, areNumbersNamed } = labels;
  const { paths, notes } = await locateFiles(
    list,
    rows.map(({ file }) => file),
  );
  const samples = rows.map((row, i) => ({ path: paths[i]!, label: labelOf(row) }));
  if (rows.length > 0) await requireSomeFiles(samples, list, describeSearch(rows[0]!.file));
  return { classes, samples, dropped: [], notes: [...labels.notes, ...notes], areNumbersNamed };
}
