import { PosterError } from '../../../errors.js';
import { hasImageExtension } from '../list-images.js';
import { isFileThere } from '../locate-files.js';

/** The place of each column in a row; -1 for a split that there is not. */
export interface Columns {
  readonly path: number;
  readonly label: number;
  readonly split: number;
}

/** Names of columns, without capitals, blanks and the like; where a header has several, the first of these counts. */
const columnNames: Record<keyof Columns, readonly string[]> = {
  path: (
    'path imagepath imgpath filepath subdirectoryfilepath filename imagename imgname imagefile imgfile file ' +
    'image img pth photo picture name imageid imgid number id'
  ).split(' '),
  label: (
    'label labels class classname classlabel expression expr exp emotion emotionlabel expressionlabel facialexpression ' +
    'target category labelname classid labelid y'
  ).split(' '),
  split: ['split', 'usage', 'subset', 'set', 'partition'],
};

/** The place of a column by the names it may have; -1 where there is none. */
export function findColumn(names: readonly string[], column: keyof Columns): number {
  const plain = names.map((name) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''));
  const known = columnNames[column].find((name) => plain.includes(name));
  return known === undefined ? -1 : plain.indexOf(known);
}

/**
 * What the first row of a list says: the columns that it names, or that it is an image itself.
 * @param isSplit whether a word names a split.
 * @throws PosterError `data.layout` for a header without a path or a label, and for columns without names whose
 * meaning cannot be told.
 */
export async function readFirstRow(
  list: string,
  cells: readonly string[],
  isSplit: (word: string) => boolean,
): Promise<{ columns: Columns; isHeader: boolean }> {
  const columns = {
    path: findColumn(cells, 'path'),
    label: findColumn(cells, 'label'),
    split: findColumn(cells, 'split'),
  };
  if (columns.path >= 0 && columns.label >= 0) return { columns, isHeader: true };
  const [path = '', label = '', third = '', ...others] = cells;
  if (!(await isImage(list, path))) throw unknownHeader(list, cells, columns);
  if (third === '' && others.every((cell) => cell === ''))
    return { columns: { path: 0, label: 1, split: -1 }, isHeader: false };
  if (others.length === 0 && label !== '' && isSplit(third))
    return { columns: { path: 0, label: 1, split: 2 }, isHeader: false };
  throw new PosterError(
    'data.layout',
    `Expected rows of path and label in ${list}, got ${cells.length} columns without a header; name them in a first row, ` +
      'path and label among them.',
  );
}

/** Whether a cell is a file, or at least written as one. */
async function isImage(list: string, cell: string): Promise<boolean> {
  if (hasImageExtension(cell) || /[\\/]|^\d+$|^$/.test(cell)) return true;
  return isFileThere(list, cell);
}

function unknownHeader(list: string, cells: readonly string[], { path, label }: Columns): PosterError {
  const missing = path >= 0 ? 'label' : label >= 0 ? 'path' : 'path and label';
  const columns = cells.slice(0, 20).map((cell) => `"${cell.slice(0, 40)}"`);
  return new PosterError(
    'data.layout',
    `Expected an image in the first row of ${list}, or a header that names ${missing}, got the columns ` +
      `${columns.join(', ')}${cells.length > 20 ? ', …' : ''}; call the columns of the images "path" and of their classes "label".`,
  );
}
