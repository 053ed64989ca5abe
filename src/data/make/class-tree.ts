/**
 * Makes datasets: class folders out of a distribution, aligned crops out of photos.
 * Here: where the images of a made dataset go: `split/class/name`, in folders that sort in label order.
 */
import { extname, join, sep } from 'node:path';
import { type DataType, dataTypeFacts } from '../labels.js';
import type { Layout, Listing, Split } from '../layouts/layout.js';
import { unlabelledFolder } from '../layouts/votes/votes-list.js';
import { detectLayout, type OpenDatasetOptions, requireSound } from '../open-dataset.js';

/** An image of a dataset; it has no label where votes have no majority. */
export interface TreeItem {
  readonly split: Split;
  readonly label?: number | undefined;
}

export interface ClassTree {
  /** The folder of each class. */
  readonly folders: readonly string[];
  /** The folder of a split under the root of the tree. */
  splitFolder(split: Split): string;
  /** A path for an image, with forward slashes, that no other has; without a label it lies in no_majority/. */
  pathFor(item: TreeItem, name: string): string;
}

export function planClassTree(
  classes: readonly string[],
  type: DataType,
  splits: readonly Split[],
): ClassTree {
  const folders = classFolderNames(classes);
  const uniquePath = uniquePaths();
  const splitFolder = (split: Split) => splitFolderName(split, type, splits);
  return {
    folders,
    splitFolder,
    pathFor: ({ split, label }, name) =>
      label === undefined
        ? uniquePath(join(unlabelledFolder, splitFolder(split)), name)
        : uniquePath(join(splitFolder(split), folders[label]!), name),
  };
}

/** Folder names that sort in label order: 0_neutral, 1_happiness, … */
function classFolderNames(classes: readonly string[]): string[] {
  const digits = String(classes.length - 1).length;
  return classes.map((name, label) => {
    const safe = name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 64);
    return `${String(label).padStart(digits, '0')}_${safe}`;
  });
}

/** The folder of a split: one evaluation set goes where the official program looks for it. */
function splitFolderName(split: Split, type: DataType, splits: readonly Split[]): string {
  if (split === 'all') return '';
  const { evaluationSplit, oneEvaluationSet } = dataTypeFacts(type);
  const isBoth = splits.includes('valid') && splits.includes('test');
  return split !== 'train' && oneEvaluationSet && !isBoth ? evaluationSplit : split;
}

/** Tells names apart that two folders of a distribution share: the second face.jpg is face~2.jpg. */
export function uniquePaths(): (folder: string, name: string) => string {
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
    return join(folder, unique).split(sep).join('/');
  };
}

/**
 * The layout of a dataset and all its splits.
 * @throws PosterError `data.layout` when a split is unfit for use
 */
export async function readListings(
  options: OpenDatasetOptions,
): Promise<{ layout: Layout; listings: ReadonlyMap<Split, Listing> }> {
  const layout = await detectLayout(options);
  const listings = new Map<Split, Listing>();
  for (const split of layout.splits) {
    const listing = await layout.read(split);
    requireSound(listing, split, options);
    listings.set(split, listing);
  }
  return { layout, listings };
}
