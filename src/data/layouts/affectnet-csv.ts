import { isAbsolute, join, relative } from 'node:path';
import { PosterError } from '../../errors.js';
import type { Sample } from '../dataset.js';
import { type AffectNetLabels, affectNetLabels } from './affectnet-labels.js';
import { createDropCounter, type LayoutReader, type Listing, type Split } from './layout.js';
import { fileExists, folderExists } from './list-images.js';
import { readCsv } from './lists/read-csv.js';
import { requireSomeFiles } from './locate-files.js';

const listFolders = ['', 'Manually_Annotated_file_lists'];
const listNames: readonly [Split, string][] = [
  ['train', 'training.csv'],
  ['valid', 'validation.csv'],
];
const imageFolders = [
  'Manually_Annotated_Images',
  'Manually_Annotated/Manually_Annotated_Images',
  'Manually_Annotated',
  'images',
  '',
];

/** The columns as distributed, for lists that come without the header. */
const defaultColumns = { path: 0, expression: 6 };

/**
 * AffectNet as distributed in 2017: training.csv and validation.csv with subDirectory_filePath,…,expression,
 * images in Manually_Annotated_Images/. Its images are loose crops; the face boxes of the lists are not applied.
 */
export const affectNetCsv: LayoutReader = {
  expects: 'training.csv and validation.csv with Manually_Annotated_Images/',

  async recognise(options) {
    const lists = new Map<Split, string>();
    for (const folder of listFolders)
      for (const [split, name] of listNames) {
        const path = join(options.root, folder, name);
        if (!lists.has(split) && (await fileExists(path))) lists.set(split, path);
      }
    if (lists.size === 0) return undefined;
    const images = await findImageFolder(options.root);
    const labels = affectNetLabels(options);
    return {
      name: 'AffectNet as distributed (CSV lists)',
      splits: [...lists.keys()],
      read: (split) => readSplit(lists.get(split)!, images, labels, options.signal),
    };
  },
};

async function findImageFolder(root: string): Promise<string> {
  for (const name of imageFolders) if (await folderExists(join(root, name))) return join(root, name);
  return root;
}

async function readSplit(
  list: string,
  images: string,
  labels: AffectNetLabels,
  signal: AbortSignal | undefined,
): Promise<Listing> {
  const dropped = createDropCounter();
  const samples: Sample[] = [];
  let columns: typeof defaultColumns | undefined;
  for await (const { cells, line } of readCsv(list, signal)) {
    if (!columns) {
      columns = headerColumns(cells);
      if (columns) continue;
      columns = defaultColumns;
    }
    const path = imagePath(images, cells[columns.path], list, line);
    const label = labelOf(labels, cells[columns.expression], list, line);
    if (typeof label === 'number') samples.push({ path, label });
    else dropped.add(label, path);
  }
  await requireSomeFiles(samples, list, `the images' folder is taken to be ${images}`);
  samples.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { classes: labels.classes, samples, dropped: dropped.list(), notes: [] };
}

function headerColumns(cells: readonly string[]): typeof defaultColumns | undefined {
  const path = cells.indexOf('subDirectory_filePath');
  const expression = cells.indexOf('expression');
  return path >= 0 && expression >= 0 ? { path, expression } : undefined;
}

/** The image's path, which a hostile list must not lead out of the images' folder. */
function imagePath(images: string, cell: string | undefined, list: string, line: number): string {
  const path = join(images, cell ?? '');
  const inside = relative(images, path);
  if (cell && !inside.startsWith('..') && !isAbsolute(inside)) return path;
  throw new PosterError(
    'data.layout',
    `Expected an image's path in the first column of ${list}, line ${line}, got "${(cell ?? '').slice(0, 80)}"; take AffectNet's own list.`,
  );
}

function labelOf(
  labels: AffectNetLabels,
  cell: string | undefined,
  list: string,
  line: number,
): number | string {
  const label = /^\d{1,2}$/.test(cell ?? '') ? labels.labelOf(Number(cell)) : undefined;
  if (label !== undefined) return label;
  throw new PosterError(
    'data.layout',
    `Expected an expression number 0 to 10 in ${list}, line ${line}, got "${(cell ?? '').slice(0, 80)}"; take AffectNet's own list.`,
  );
}
