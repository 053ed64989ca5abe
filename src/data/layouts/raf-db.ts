import { basename, extname, join } from 'node:path';
import { PosterError } from '../../errors.js';
import type { Sample } from '../dataset.js';
import { labelSet } from '../labels.js';
import { readSmallFile } from '../read-labels.js';
import { findSplitFolders } from './class-folders.js';
import {
  createDropCounter,
  type Layout,
  type LayoutOptions,
  type LayoutReader,
  type Listing,
} from './layout.js';
import { fileExists, folderExists, listImages, readFolder } from './list-images.js';
import { type LabelOrder, orderLabels } from './order-labels.js';

/** Where the label file lies; its misspelt name is the distribution's own. */
const labelFiles = [
  'EmoLabel/list_patition_label.txt',
  'basic/EmoLabel/list_patition_label.txt',
  'list_patition_label.txt',
  'EmoLabel/list_partition_label.txt',
  'list_partition_label.txt',
];

const maxLabelFileBytes = 16 << 20;

/** A line of the label file: `train_00001.jpg 5`, or `train_00001_aligned.jpg 5`. */
interface LabelLine {
  /** The image's name without extension and without `_aligned`, as files may be named. */
  readonly key: string;
  readonly split: 'train' | 'test';
  readonly label: number;
}

/**
 * RAF-DB as distributed (EmoLabel/list_patition_label.txt and Image/aligned/), or the official program's
 * flat tree (train/train_00001_aligned.jpg, valid/test_0001_aligned.jpg) with that label file.
 */
export const rafDb: LayoutReader = {
  expects: 'EmoLabel/list_patition_label.txt with Image/aligned/, or with images in train/ and valid/',

  async recognise(options) {
    const labelFile = await findLabelFile(options.root);
    if (!labelFile) return undefined;
    const folders = await imageFolders(options.root, labelFile);
    if (folders === 'class folders') return undefined;
    return layoutOf(options, labelFile, folders);
  },
};

async function findLabelFile(root: string): Promise<string | undefined> {
  for (const name of labelFiles) if (await fileExists(join(root, name))) return join(root, name);
  return undefined;
}

/** The folders that hold the images which a label file lists. */
async function imageFolders(root: string, labelFile: string): Promise<string[] | 'class folders'> {
  for (const folder of ['Image/aligned', 'basic/Image/aligned'])
    if (await folderExists(join(root, folder))) return [join(root, folder)];
  const splits = [...(await findSplitFolders(root)).values()];
  if (splits.length > 0) {
    const contents = await Promise.all(splits.map((folder) => readFolder(folder)));
    return contents.some(({ files }) => files.length > 0) ? splits : 'class folders';
  }
  throw new PosterError(
    'data.layout',
    `Expected the images of ${labelFile} in ${join(root, 'Image/aligned')}, but there is no such folder; ` +
      'unpack Image/aligned.zip there, or put the images into train/ and valid/.',
  );
}

async function layoutOf(options: LayoutOptions, labelFile: string, folders: string[]): Promise<Layout> {
  const lines = parseLabelLines(await readSmallFile(labelFile, maxLabelFileBytes), labelFile);
  const listings = await Promise.all(folders.map((folder) => listImages(folder, options.signal)));
  const pathOf = byKey(listings.flatMap(({ images }) => images));
  const labels = orderLabels(labelSet('RAF-DB'), options.labels);
  const splits = (['train', 'test'] as const).filter((split) =>
    lines.some((line) => line.split === split && pathOf.has(line.key)),
  );
  if (splits.length === 0) throw noneFound(labelFile, lines, folders, [...pathOf.values()]);
  return {
    name: folders.length === 1 ? 'RAF-DB as distributed' : 'RAF-DB flat tree with its label file',
    splits,
    read: async (split) =>
      listSplit(
        lines.filter((line) => line.split === split),
        pathOf,
        labels,
        { split, labelFile, folders },
      ),
  };
}

function noneFound(
  labelFile: string,
  [line]: readonly LabelLine[],
  folders: readonly string[],
  images: readonly string[],
): PosterError {
  const listed = line ? `but none of its names is there, "${line.key}" first` : 'but it lists none';
  const found =
    images[0] === undefined ? 'no image' : `${images.length} images, "${basename(images[0])}" first`;
  return new PosterError(
    'data.layout',
    `Expected the images that ${labelFile} lists in ${folders.join(' or ')}, ${listed}; found ${found}. Take the label file ` +
      'that belongs to the images.',
  );
}

function parseLabelLines(text: string, path: string): LabelLine[] {
  const lines: LabelLine[] = [];
  const count = labelSet('RAF-DB').length;
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const match = /^(?:.*[\\/])?((train|test)_\w+?)(?:_aligned)?(?:\.\w+)?[\s,;]+(\d+)$/.exec(line.trim());
    const label = Number(match?.[3]) - 1;
    if (!match || !(label >= 0 && label < count))
      throw new PosterError(
        'data.layout',
        `Expected lines such as "train_00001.jpg 5", labels 1 to ${count}, in ${path}; line ${i + 1} is ` +
          `"${line.slice(0, 80)}"; take the label file of the RAF-DB distribution.`,
      );
    lines.push({ key: match[1]!, split: match[2] as LabelLine['split'], label });
  }
  return lines.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Images by the name in the label file: `train_00001_aligned.jpg` is `train_00001`. Aligned ones win. */
function byKey(images: readonly string[]): Map<string, string> {
  const pathOf = new Map<string, string>();
  for (const path of images) {
    const name = basename(path, extname(path));
    const key = name.replace(/_aligned$/, '');
    if (name !== key || !pathOf.has(key)) pathOf.set(key, path);
  }
  return pathOf;
}

function listSplit(
  lines: readonly LabelLine[],
  pathOf: ReadonlyMap<string, string>,
  { classes, indexOf }: LabelOrder,
  where: { split: string; labelFile: string; folders: readonly string[] },
): Listing {
  const missing = lines.filter(({ key }) => !pathOf.has(key));
  if (missing.length > 0)
    throw new PosterError(
      'data.layout',
      `Expected every image of ${where.labelFile} in ${where.folders.join(' or ')}, but ${missing.length} of ` +
        `${lines.length} ${where.split} images are missing, "${missing[0]!.key}" first; unpack the archive again.`,
    );
  const samples: Sample[] = lines.map(({ key, label }) => ({
    path: pathOf.get(key)!,
    label: indexOf[label]!,
  }));
  const listed = new Set(lines.map(({ key }) => key));
  const dropped = createDropCounter();
  for (const [key, path] of pathOf)
    if (key.startsWith(where.split) && !listed.has(key)) dropped.add('not in the label file', path);
  return { classes, samples, dropped: dropped.list(), notes: [] };
}
