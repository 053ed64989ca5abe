import { mkdir } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { forEachParallel } from '../../../util/for-each-parallel.js';
import { type DataType, dataTypeFacts } from '../../labels.js';
import { createDropCounter, type Dropped, type Split } from '../../layouts/layout.js';
import { unlabelledFolder } from '../../layouts/votes/votes-list.js';
import type { PreparedItem, PrepareSource } from './source.js';
import type { VotedFile } from './votes-file.js';

/** Images placed at once. */
const width = 8;

/** What one split of a written tree holds. */
export interface WrittenSplit {
  readonly split: Split;
  /** Images per class index. */
  readonly counts: readonly number[];
  readonly dropped: readonly Dropped[];
  readonly voted: readonly VotedFile[];
}

export interface ClassTreeOptions {
  readonly folders: readonly string[];
  /** The folder of a split under the root of the tree. */
  readonly splitFolder: (split: Split) => string;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Folder names that sort in label order: 0_neutral, 1_happiness, … */
export function classFolderNames(classes: readonly string[]): string[] {
  const digits = String(classes.length - 1).length;
  return classes.map((name, label) => {
    const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 64);
    return `${String(label).padStart(digits, '0')}_${safe}`;
  });
}

/** The folder of a split: one evaluation set goes where the official program looks for it. */
export function splitFolderName(split: Split, type: DataType, splits: readonly Split[]): string {
  if (split === 'all') return '';
  const { evaluationSplit, oneEvaluationSet } = dataTypeFacts(type);
  const isBoth = splits.includes('valid') && splits.includes('test');
  return split !== 'train' && oneEvaluationSet && !isBoth ? evaluationSplit : split;
}

/** Writes every image of the source into `root/split/class/name`, one without a label into `root/no_majority/split/name`. */
export async function writeClassTree(
  source: PrepareSource,
  root: string,
  { folders, splitFolder, onProgress, signal }: ClassTreeOptions,
): Promise<WrittenSplit[]> {
  const missing = new Map(source.splits.map((split) => [split, createDropCounter()]));
  const counts = new Map(source.splits.map((split) => [split, folders.map(() => 0)]));
  const voted = new Map<Split, VotedFile[]>(source.splits.map((split) => [split, []]));
  const folderOf = ({ split, label }: PreparedItem) =>
    label === undefined
      ? join(unlabelledFolder, splitFolder(split))
      : join(splitFolder(split), folders[label]!);
  for (const split of source.splits)
    for (const folder of folders) await mkdir(join(root, splitFolder(split), folder), { recursive: true });

  const nameIn = uniqueFileNames();
  let done = 0;
  const place = async (item: PreparedItem) => {
    const { split, label, name, distribution } = item;
    const folder = folderOf(item);
    if (label === undefined) await mkdir(join(root, folder), { recursive: true });
    const path = join(folder, nameIn(folder, name));
    if (!(await item.place(join(root, path)))) missing.get(split)!.add('file missing', name);
    else {
      if (label !== undefined) counts.get(split)![label]!++;
      if (distribution)
        voted.get(split)!.push({ path: toPosix(path), splitFolder: splitFolder(split), label, distribution });
    }
    onProgress?.(++done, source.total);
  };
  await forEachParallel(
    source.items((split) => missing.get(split)!),
    width,
    place,
    signal,
  );

  return source.splits.map((split) => ({
    split,
    counts: counts.get(split)!,
    dropped: [...source.droppedOf(split), ...missing.get(split)!.list()],
    voted: voted.get(split)!,
  }));
}

function toPosix(path: string): string {
  return path.split(sep).join('/');
}

/** Tells names apart that two folders of a distribution share: the second face.jpg is face~2.jpg. */
export function uniqueFileNames(): (folder: string, name: string) => string {
  const taken = new Map<string, number>();
  const key = (folder: string, name: string) => `${folder}/${name.toLowerCase()}`;
  return (folder, name) => {
    let unique = name;
    while (taken.has(key(folder, unique))) {
      const count = taken.get(key(folder, name))! + 1;
      taken.set(key(folder, name), count);
      const extension = extname(name);
      unique = `${name.slice(0, -extension.length)}~${count}${extension}`;
    }
    taken.set(key(folder, unique), 1);
    return unique;
  };
}
