/** Puts every image of a source into its class folder. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { forEachParallel } from '../../../util/limit.js';
import { createDropCounter, type Dropped, type Split } from '../../layouts/layout.js';
import type { ClassTree } from '../class-tree.js';
import type { PrepareDataOptions, PreparedItem, PrepareSource } from './types.js';
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

/** Every class has its folder, also where it has no images. */
export async function writeClassTree(
  source: PrepareSource,
  root: string,
  { folders, splitFolder, pathFor }: ClassTree,
  { onProgress, signal }: Pick<PrepareDataOptions, 'onProgress' | 'signal'>,
): Promise<WrittenSplit[]> {
  const bySplit = new Map(
    source.splits.map((split) => [
      split,
      { missing: createDropCounter(), counts: folders.map(() => 0), voted: [] as VotedFile[] },
    ]),
  );
  for (const split of source.splits)
    for (const folder of folders) await mkdir(join(root, splitFolder(split), folder), { recursive: true });

  let done = 0;
  const place = async (item: PreparedItem) => {
    const { split, label, name, distribution } = item;
    const { missing, counts, voted } = bySplit.get(split)!;
    const path = pathFor(item, name);
    if (label === undefined) await mkdir(join(root, dirname(path)), { recursive: true });
    if (!(await item.place(join(root, path)))) missing.add('file missing', name);
    else {
      if (label !== undefined) counts[label]!++;
      if (distribution) voted.push({ path, splitFolder: splitFolder(split), label, distribution });
    }
    onProgress?.(++done, source.total);
  };
  const items = source.items((split) => bySplit.get(split)!.missing);
  await forEachParallel(items, width, place, signal);

  return [...bySplit].map(([split, { missing, counts, voted }]) => {
    return { split, counts, dropped: [...source.droppedOf(split), ...missing.list()], voted };
  });
}
