/** Reads which groups faces belong to: a CSV with a column for each grouping, or RAF-DB's attributes as distributed. */
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PosterError } from '../errors.js';
import { readCsv } from './layouts/lists/read-csv.js';

/** A way to group faces: the group of each, by path. */
export interface Grouping {
  readonly name: string;
  readonly groupOf: ReadonlyMap<string, string>;
}

/**
 * The groups of the faces at `paths`. In a CSV with the columns `path` and one for each grouping, a path ends as the
 * face's does; a folder is RAF-DB's `Annotation/manual`.
 * @throws PosterError `file.missing`; `data.layout` where faces are missing, naming one, or a file is another.
 */
export async function readGroups(
  source: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<Grouping[]> {
  const found = await stat(source).catch((cause: unknown) => {
    throw new PosterError('file.missing', `Expected groups in ${source} (--groups), but nothing is there.`, {
      cause,
    });
  });
  return found.isDirectory() ? readRafDb(source, paths) : readFaceColumns(source, paths, 'groups', signal);
}

/**
 * The columns of a CSV beside `path`, for the faces at `paths`.
 * @param what the columns say of a face, for messages.
 * @throws PosterError as {@link readGroups}
 */
export async function readFaceColumns(
  file: string,
  paths: readonly string[],
  what: string,
  signal?: AbortSignal,
): Promise<Grouping[]> {
  let columns: readonly string[] | undefined;
  const rows = new Map<string, readonly string[]>();
  for await (const { cells, line } of readCsv(file, signal)) {
    if (!columns) columns = requireColumns(cells, file, what);
    else if (cells.length !== columns.length)
      throw new PosterError(
        'data.layout',
        `Expected ${columns.length} cells in ${file}, line ${line}, got ${cells.length}.`,
      );
    else rows.set(cells[0]!.replaceAll('\\', '/'), cells);
  }
  if (!columns) throw new PosterError('data.layout', `Expected ${what} in ${file}, but it is empty.`);
  const matched = paths.map((path) => rowOf(path, rows));
  requireAll(file, paths, matched, what);
  return columns.slice(1).map((name, i) => ({
    name,
    groupOf: new Map(paths.map((path, face) => [path, matched[face]![i + 1]!])),
  }));
}

function requireColumns(cells: readonly string[], file: string, what: string): readonly string[] {
  if (cells.length >= 2 && cells[0]!.toLowerCase() === 'path' && new Set(cells).size === cells.length)
    return cells;
  throw new PosterError(
    'data.layout',
    `Expected the columns ${what === 'groups' ? 'path and one for each grouping, such as path,gender,age,' : `path and ${what.replace(/s$/, '')}`} in ${file}, line 1, got "${cells.join().slice(0, 80)}".`,
  );
}

/** The row whose path is the longest end of a face's. */
function rowOf(path: string, rows: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const parts = path.replaceAll('\\', '/').split('/');
  for (let from = 0; from < parts.length; from++) {
    const row = rows.get(parts.slice(from).join('/'));
    if (row) return row;
  }
  return undefined;
}

function requireAll(file: string, paths: readonly string[], matched: readonly unknown[], what: string): void {
  const missing = paths.filter((_, i) => matched[i] === undefined);
  if (missing.length === 0) return;
  throw new PosterError(
    'data.layout',
    `Expected the ${what} of all ${paths.length} faces in ${file}, but ${missing.length} are missing, ${missing[0]} first; add them${what === 'groups' ? ', with a group such as unknown where there is none' : ''}.`,
  );
}

/** The last three lines of RAF-DB's attribute files, by the numbers in them. */
const rafDbAttributes: readonly [name: string, groups: readonly string[]][] = [
  ['gender', ['male', 'female', 'unsure']],
  ['race', ['Caucasian', 'African-American', 'Asian']],
  ['age', ['0-3', '4-19', '20-39', '40-69', '70+']],
];

/** `test_0001_manu_attri.txt` for `test_0001_aligned.jpg` or `test_0001.jpg`: five points, gender, race, age. */
async function readRafDb(folder: string, paths: readonly string[]): Promise<Grouping[]> {
  const groupings = rafDbAttributes.map(([name]) => ({ name, groupOf: new Map<string, string>() }));
  const missing: string[] = [];
  for (const path of paths) {
    const face = basename(path)
      .replace(/\.\w+$/, '')
      .replace(/_aligned$/, '');
    const file = join(folder, `${face}_manu_attri.txt`);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) missing.push(path);
    else
      for (const [i, group] of parseAttributes(text, file).entries()) groupings[i]!.groupOf.set(path, group);
  }
  requireAll(
    folder,
    paths,
    paths.map((path) => (missing.includes(path) ? undefined : path)),
    'groups',
  );
  return groupings;
}

function parseAttributes(text: string, file: string): string[] {
  const lines = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trim());
  const groups = rafDbAttributes.map(
    ([, names], i) => names[/^\d$/.test(lines[5 + i] ?? '') ? Number(lines[5 + i]) : -1],
  );
  if (lines.length === 8 && groups.every((group) => group !== undefined)) return groups as string[];
  throw new PosterError(
    'data.layout',
    `Expected five points, gender, race and age on 8 lines in ${file}, but it is another file; take RAF-DB's Annotation/manual.`,
  );
}
