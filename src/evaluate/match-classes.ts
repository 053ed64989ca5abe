/** Which class of a dataset is which of a model's. */
import type { Dataset } from '../data/dataset.js';
import { dataTypeFacts, dataTypes, labelIndex } from '../data/labels.js';
import { countByClass } from '../data/open-dataset.js';
import { PosterError } from '../errors.js';
import type { Recogniser } from '../recognise/recognise-files.js';
import { type ClassMap, commonClasses, commonLogits, commonShares } from './class-map.js';
import type { EvaluationResult } from './result.js';

type ClassifyingModel = Pick<Recogniser, 'path' | 'labels' | 'labelOrigin'>;

/** How the classes of a model and of a dataset belong together. */
export interface ClassMatch {
  /** Class names in the order of the result: the model's, or the common ones. */
  readonly classes: readonly string[];
  /** Turns the dataset's class indices into the result's; null for classes that are left out. */
  readonly labelOf: (label: number) => number | null;
  readonly logitsOf: (logits: readonly number[]) => Float32Array;
  /** Turns votes in the dataset's order into the result's; nothing where all are for classes that are left out. */
  readonly sharesOf: (shares: readonly number[]) => readonly number[] | undefined;
  /** What was counted as what, where the classes were mapped. */
  readonly mapping?: NonNullable<EvaluationResult['mapping']> | undefined;
  /** Whether several classes of the model count as one. */
  readonly merges: boolean;
}

/**
 * Matches the classes by name.
 * @throws PosterError `checkpoint.mismatch`; `option.invalid` for a map of other classes.
 */
export function matchClasses(model: ClassifyingModel, dataset: Dataset, map?: ClassMap): ClassMatch {
  return map === undefined ? sameClasses(model, dataset) : mappedClasses(model, dataset, map);
}

function mappedClasses(
  { labels, labelOrigin, path }: ClassifyingModel,
  dataset: Dataset,
  map: ClassMap,
): ClassMatch {
  if (labelOrigin.source === 'assumed' || labelOrigin.source === 'data type')
    throw new PosterError(
      'checkpoint.mismatch',
      `Expected ${path} to name its classes, by which --map matches them, but it does not; pass --labels with its names in their order, or the data type that it was trained on.`,
    );
  const common = commonClasses(labels, dataset.classes, map);
  const counts = countByClass(dataset);
  const to = (place: number | null) => (place === null ? null : common.classes[place]!);
  const places = common.ofModel.filter((place) => place !== null);
  return {
    classes: common.classes,
    labelOf: (label) => common.ofData[label]!,
    logitsOf: (logits) => commonLogits(common, logits),
    sharesOf: (shares) => commonShares(common, shares),
    mapping: {
      model: labels.map((from, i) => ({ from, to: to(common.ofModel[i]!) })),
      data: dataset.classes.map((from, i) => ({ from, to: to(common.ofData[i]!), faces: counts[i]! })),
    },
    merges: new Set(places).size < places.length,
  };
}

function inOrder(classes: readonly string[], labelOf: (label: number) => number): ClassMatch {
  const sharesOf = (shares: readonly number[]) => {
    const ordered = new Array<number>(classes.length).fill(0);
    for (const [i, share] of shares.entries()) ordered[labelOf(i)] = share;
    return ordered;
  };
  return { classes, labelOf, logitsOf: (logits) => Float32Array.from(logits), sharesOf, merges: false };
}

/**
 * By name; where the model's names are only assumed and do not fit, by position, as the official program does.
 * Folders and lists may hold some of the model's classes; a dataset known by name must have them all.
 */
function sameClasses(model: ClassifyingModel, { classes, name }: Dataset): ClassMatch {
  const { labels } = model;
  const mayBePart = dataTypes.every((type) => type !== name || !dataTypeFacts(type).labels);
  if (classes.length > labels.length || (classes.length < labels.length && !mayBePart)) {
    throw new PosterError(
      'checkpoint.mismatch',
      `Expected the classes of ${name} (${classes.join(', ')}) but ${model.path} has ${labels.length} (${labels.join(', ')})${suggestType(labels.length)}; --map common evaluates what both have.`,
    );
  }
  const indices = classes.map((label) => labelIndex(labels, label));
  const unknown = classes.filter((_, i) => indices[i] === -1);
  if (unknown.length === 0 && new Set(indices).size === indices.length) {
    return inOrder(labels, (label) => indices[label]!);
  }
  if (model.labelOrigin.source === 'assumed' && classes.length === labels.length)
    return inOrder(classes, (label) => label);
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected the classes of ${name} (${classes.join(', ')}) to be those of ${model.path} (${labels.join(', ')}), but ${otherNames(classes, unknown)}.`,
  );
}

/** Why the data's classes do not match the model's, and what to do. */
function otherNames(classes: readonly string[], unknown: readonly string[]): string {
  if (classes.every((label) => /^\d+$/.test(label)))
    return (
      `the data number their classes; pass --labels with the names of ${classes[0]} to ${classes.at(-1)} in this order, ` +
      'such as surprise,fear,… where the first is surprise'
    );
  if (unknown.length === 0) return 'the model has no separate class for each; merge those that are the same';
  return (
    `the model has no ${unknown.join(', ')}; rename what is spelled otherwise, or pass --labels with the model's classes in ` +
    'its order, called as the data call them'
  );
}

function suggestType(classes: number): string {
  const fitting = dataTypes.filter((type) => dataTypeFacts(type).labels?.length === classes);
  return fitting.length > 0 ? `; data it could be evaluated on: ${fitting.join(', ')}` : '';
}
