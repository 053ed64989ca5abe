/**
 * Reads which faces are hard: lists with one face a line, among them those of occluded and turned faces by which
 * papers compare.
 *
 * Source of these: Wang, Peng, Yang, Meng and Qiao, "Region attention networks for pose and occlusion robust facial
 * expression recognition", IEEE Transactions on Image Processing 2020; repository Challenge-condition-FER-dataset.
 */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PosterError } from '../errors.js';
import type { DataType } from './labels.js';
import { fileExists, hasImageExtension } from './layouts/list-images.js';
import { readLines } from './layouts/lists/read-lines.js';

/** The faces of the data that a list names. */
export interface HardFaces {
  readonly name: string;
  readonly file: string;
  /** Faces that the list names, each once, be they in the data or not. */
  readonly listed: number;
  /** Those of the data. */
  readonly paths: ReadonlySet<string>;
}

type PublishedLists = readonly [folder: string, files: Readonly<Record<string, string>>];

const affectNet: PublishedLists = [
  'AffectNet_dir',
  {
    'occlusion_affectnet_list.txt': 'occlusion',
    'pose_30_affectnet_list.txt': 'pose above 30°',
    'pose_45_affectnet_list.txt': 'pose above 45°',
  },
];

/** The lists as they are distributed: their folder, and what each file is of. */
const published: Partial<Record<DataType, PublishedLists>> = {
  FERPlus: [
    'FERplus_dir',
    {
      'jianfei_occlusion_list.txt': 'occlusion',
      'pose_30_ferplus_list.txt': 'pose above 30°',
      'pose_45_ferplus_list.txt': 'pose above 45°',
    },
  ],
  'RAF-DB': [
    'RAF_DB_dir',
    {
      'rafdb_occlusion_list.txt': 'occlusion',
      'val_raf_db_list.txt': 'pose above 30°',
      'val_raf_db_list_45.txt': 'pose above 45°',
    },
  ],
  'AffectNet-7': affectNet,
  'AffectNet-8': affectNet,
};

const names = new Map(Object.values(published).flatMap(([, files]) => Object.entries(files)));

/**
 * The hard faces among those at `paths`. A source is one list, or the folder of the published lists, for which the
 * type of the data says which to take. The labels in the published lists are in an order of their own and are not read.
 *
 * @throws PosterError `file.missing` for a list that is not there, `data.layout` for one that names no face of the
 * data, or one by a name that several have.
 */
export async function readHardFaces(
  sources: readonly string[],
  type: DataType,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<HardFaces[]> {
  const files = (await Promise.all(sources.map((source) => findLists(source, type)))).flat();
  const pathsOf = new Map<string, string[]>();
  for (const path of paths) {
    const face = faceName(path);
    pathsOf.set(face, [...(pathsOf.get(face) ?? []), path]);
  }
  const lists: HardFaces[] = [];
  for (const file of files) lists.push(await readList(file, pathsOf, signal));
  return lists;
}

async function findLists(source: string, type: DataType): Promise<string[]> {
  const found = await stat(source).catch((cause: unknown) => {
    throw new PosterError(
      'file.missing',
      `Expected a list of hard faces, or a folder of such lists, at ${source} (--hard-faces), but nothing is there.`,
      { cause },
    );
  });
  if (!found.isDirectory()) return [source];
  const known = published[type];
  if (!known)
    throw new PosterError(
      'option.invalid',
      `Expected a list of hard faces for ${type} data, got the folder ${source}; name the files of its lists with --hard-faces.`,
    );
  const [folder, files] = known;
  const inside = Object.keys(files).map((name) => join(source, folder, name));
  const there = (await fileExists(inside[0]!))
    ? inside
    : Object.keys(files).map((name) => join(source, name));
  const missing = [];
  for (const file of there) if (!(await fileExists(file))) missing.push(basename(file));
  if (missing.length === 0) return there;
  throw new PosterError(
    'file.missing',
    `Expected the lists of hard faces for ${type} (${Object.keys(files).join(', ')}) in ${source} or its ${folder}, but ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not there; take the repository Challenge-condition-FER-dataset as distributed, or name single lists.`,
  );
}

async function readList(
  file: string,
  pathsOf: ReadonlyMap<string, readonly string[]>,
  signal?: AbortSignal,
): Promise<HardFaces> {
  const listed = new Set<string>();
  const paths = new Set<string>();
  for await (const { text, line } of readLines(file, signal)) {
    const face = faceName(withoutNumbers(text));
    const own = pathsOf.get(face) ?? [];
    if (own.length > 1)
      throw new PosterError(
        'data.layout',
        `Expected one face called ${face} (${file}, line ${line}), but the data have ${own.length}, such as ${own[0]} and ${own[1]}; give them names of their own.`,
      );
    listed.add(face);
    for (const path of own) paths.add(path);
  }
  if (paths.size > 0)
    return { name: names.get(basename(file)) ?? stem(basename(file)), file, listed: listed.size, paths };
  throw new PosterError(
    'data.layout',
    listed.size === 0
      ? `Expected the names of hard faces in ${file}, but it is empty.`
      : `Expected names of faces of the data in ${file}, but none of its ${listed.size}, ${[...listed][0]} first, is there; take the list of this dataset, and the split that it is of.`,
  );
}

/** Without a label and a kind of occlusion at the end. */
function withoutNumbers(line: string): string {
  return line.replace(/(\s+\d+){1,2}$/, '');
}

/** What a face is called in the data and in all lists: `fer0032226` for `0/fer0032226.jpg` and `1_fer0032226.png`. */
function faceName(path: string): string {
  const name = path.replaceAll('\\', '/').replace(/\/$/, '').split('/').at(-1)!;
  return stem(name)
    .replace(/^\d_(?=fer\d)/, '')
    .replace(/_aligned$/, '');
}

function stem(name: string): string {
  return hasImageExtension(name) || name.endsWith('.txt') ? name.replace(/\.\w+$/, '') : name;
}
