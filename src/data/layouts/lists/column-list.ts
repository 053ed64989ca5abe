import { PosterError } from '../../../errors.js';
import type { Sample } from '../../dataset.js';
import { labelIndex } from '../../labels.js';
import { createDropCounter, type LayoutReader, type Listing, noVotes } from '../layout.js';
import { describeSearch, locateFiles, requireSomeFiles } from '../locate-files.js';
import { likeliestClass, onlyLikeliestClass } from '../votes/distribution.js';
import { type ClassColumns, findClassColumns, readVotesList } from './class-columns.js';
import { findLists, isSplit, readLists, type SplitRows } from './path-list.js';
import { plainLabel, readList } from './read-list.js';

/** A row of a list: the label that it names, if any, and the distribution, if its list has a column per class. */
interface Row {
  /** The path as written. */
  readonly file: string;
  readonly label: string | undefined;
  readonly distribution?: readonly number[];
  readonly split: string | undefined;
  readonly line: number;
}

/**
 * Lists of images with a column per class, which hold votes, probabilities or one-hot labels; one file or one
 * per split, as `pathList` takes them. Where they have a label column, too, its labels are those to evaluate
 * on, none in an empty cell. Otherwise the label is the class with the largest share, and an image where several
 * classes have it has no label.
 */
export const columnList: LayoutReader = {
  expects: 'a .csv, .tsv, .txt or .jsonl list with the columns path and one for each class',

  async recognise({ root, labels, signal }) {
    const lists = await findLists(root);
    const columnsOf = new Map<string, ClassColumns>();
    let classes = labels;
    for (const { list } of lists) {
      const columns = await findClassColumns(list, classes, signal);
      if (!columns) continue;
      columnsOf.set(list, columns);
      classes ??= columns.classes;
    }
    if (!classes || columnsOf.size === 0) return undefined;
    const rows = await readLists(lists, (list) => readRows(list, columnsOf.get(list), signal));
    const toListing = (split: SplitRows<Row>, read: RowReader) => listRows(split, classes, read);
    return {
      name: 'list with a column per class',
      splits: [...rows.keys()],
      read: (split) => toListing(rows.get(split)!, labelOfRow),
      votes: {
        file: [...columnsOf.keys()][0]!,
        read: (split) => toListing(rows.get(split)!, votesOfRow),
      },
    };
  },
};

async function* readRows(
  list: string,
  columns: ClassColumns | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Row> {
  if (!columns) yield* readList(list, isSplit, signal);
  else
    for await (const { path, ...row } of readVotesList(list, columns, signal)) yield { ...row, file: path };
}

/** What a row says of its image, or why the image is left out. */
type RowReader = (row: Row, labelOf: (text: string) => number) => Omit<Sample, 'path'> | string;

const labelOfRow: RowReader = ({ label, distribution }, labelOf) => {
  if (label === '') return 'no label';
  if (label !== undefined) return { label: labelOf(label) };
  const likeliest = onlyLikeliestClass(distribution!);
  return likeliest === undefined ? 'several classes are equally likely' : { label: likeliest };
};

const votesOfRow: RowReader = ({ label, distribution }, labelOf) => {
  if (!distribution) return noVotes;
  return { label: label ? labelOf(label) : likeliestClass(distribution), distribution };
};

async function listRows(
  { list, rows }: SplitRows<Row>,
  classes: readonly string[],
  read: RowReader,
): Promise<Listing> {
  const dropped = createDropCounter();
  const samples: Sample[] = [];
  const { paths, notes } = await locateFiles(
    list,
    rows.map(({ file }) => file),
  );
  for (const [i, row] of rows.entries()) {
    const path = paths[i]!;
    const found = read(row, (text) => knownLabel(text, classes, list, row.line));
    if (typeof found === 'string') dropped.add(found, path);
    else samples.push({ path, ...found });
  }
  if (rows.length > 0) await requireSomeFiles(samples, list, describeSearch(rows[0]!.file));
  return { classes, samples, dropped: dropped.list(), notes };
}

/** A label by the name of its class, or by its number. */
function knownLabel(text: string, classes: readonly string[], list: string, line: number): number {
  const named = labelIndex(classes, text);
  const plain = plainLabel(text);
  const label = named < 0 && /^\d+$/.test(plain) ? Number(plain) : named;
  if (label >= 0 && label < classes.length) return label;
  throw new PosterError(
    'data.layout',
    `Expected a label of ${classes.slice(0, 10).join(', ')} in ${list}, line ${line}, got "${text.slice(0, 80)}"; ` +
      'correct the row, or pass --labels.',
  );
}
