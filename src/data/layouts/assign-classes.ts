import { PosterError } from '../../errors.js';
import { type DataType, dataTypeFacts, expressionName, labelIndex } from '../labels.js';
import type { StoredLabels } from './stored-labels.js';

/** The label of a class, or the reason why the dataset leaves it out. */
type Label = number | string;

/** Which class each class folder is. */
export interface ClassAssignment {
  readonly classes: readonly string[];
  /** Label by folder name, or the reason why the dataset leaves the folder out. */
  readonly labelOf: ReadonlyMap<string, Label>;
}

export interface AssignOptions {
  readonly type: DataType;
  readonly labels?: readonly string[] | undefined;
  readonly stored?: StoredLabels | undefined;
  /** What held the folders, for messages. */
  readonly where: string;
}

/**
 * Finds the class of each folder. Where the classes are known (`labels`, then stored labels of the same
 * type, then the type's own), folders named by number count from the type's first number, named ones go by
 * name, and folders that match none of explicit labels are taken in sorted order. Otherwise sorted folders
 * are the classes, as in torchvision's ImageFolder.
 *
 * @param folders sorted folder names.
 * @throws PosterError `data.layout` for a folder that is no class or two that are the same.
 */
export function assignClasses(folders: readonly string[], options: AssignOptions): ClassAssignment {
  const { labels, stored, type } = options;
  const storedClasses = stored && (stored.type === type || type === 'folder') ? stored.classes : undefined;
  const known = labels ?? storedClasses ?? dataTypeFacts(type).labels;
  if (!known) return sortedClasses(folders);
  const numbered = folders.every((folder) => /^\d{1,4}$/.test(folder) && !known.includes(folder));
  const labelOf = (numbered ? byNumber : byName)(folders, known, options);
  return { classes: known, labelOf: checkDistinct(labelOf, known, options.where) };
}

/** Sorted folders as classes; their usual names where all are different. */
function sortedClasses(folders: readonly string[]): ClassAssignment {
  const usual = folders.map((folder) => expressionName(folder) ?? folder);
  const classes = new Set(usual).size === folders.length ? usual : folders;
  return { classes, labelOf: new Map(folders.map((folder, label) => [folder, label])) };
}

function byNumber(
  folders: readonly string[],
  known: readonly string[],
  options: AssignOptions,
): Map<string, Label> {
  const { firstNumber } = dataTypeFacts(options.type);
  const isUntyped = options.type === 'folder';
  const first = folders.some((folder) => Number(folder) === 0) ? 0 : isUntyped ? 1 : firstNumber;
  return new Map(
    folders.map((folder): [string, Label] => {
      const label = Number(folder) - first;
      if (label >= 0 && label < known.length) return [folder, label];
      if (isLeftOut(options.type, known, label)) return [folder, leftOut];
      throw unknownFolder(folder, known, options.where);
    }),
  );
}

function byName(
  folders: readonly string[],
  known: readonly string[],
  options: AssignOptions,
): Map<string, Label> {
  const { stored, labels, type, where } = options;
  const nameOf = (folder: string) => {
    const place = stored ? stored.folders.indexOf(folder) : -1;
    return place >= 0 ? stored!.classes[place]! : folder;
  };
  const found = folders.map((folder) => labelIndex(known, nameOf(folder)));
  if (labels && folders.length === labels.length && found.every((label) => label < 0))
    return new Map(folders.map((folder, label) => [folder, label]));
  return new Map(
    folders.map((folder, i): [string, Label] => {
      if (found[i]! >= 0) return [folder, found[i]!];
      if (isLeftOut(type, known, labelIndex(dataTypeFacts('AffectNet-8').labels!, nameOf(folder))))
        return [folder, leftOut];
      throw unknownFolder(folder, known, where);
    }),
  );
}

const leftOut = 'contempt is not among the classes';

/** AffectNet-7 is AffectNet-8 without contempt, its label 7. */
function isLeftOut(type: DataType, known: readonly string[], affectNetLabel: number): boolean {
  return type === 'AffectNet-7' && affectNetLabel === 7 && labelIndex(known, 'contempt') < 0;
}

function unknownFolder(folder: string, known: readonly string[], where: string): PosterError {
  return new PosterError(
    'data.layout',
    `Expected class folders ${known.join(', ')} (or their numbers) in ${where}, got "${folder}"; rename or ` +
      'move it, pass --labels, or take --data-type folder to let the folders name the classes.',
  );
}

function checkDistinct(
  labelOf: ReadonlyMap<string, Label>,
  known: readonly string[],
  where: string,
): ReadonlyMap<string, Label> {
  const folderOf = new Map<number, string>();
  for (const [folder, label] of labelOf) {
    if (typeof label === 'string') continue;
    const other = folderOf.get(label);
    if (other !== undefined)
      throw new PosterError(
        'data.layout',
        `Expected one folder per class in ${where}, but "${other}" and "${folder}" are both ${known[label]}; merge them.`,
      );
    folderOf.set(label, folder);
  }
  return labelOf;
}
