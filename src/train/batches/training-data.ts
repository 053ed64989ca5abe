/** The training and validation images. */

import type { Dataset, Sample } from '../../data/dataset.js';
import { publishedCrops } from '../../data/labels.js';
import { describeDropped, droppedNotes, noVotes, type Split } from '../../data/layouts/layout.js';
import type { TargetKind } from '../../data/layouts/votes/distribution.js';
import {
  countByClass,
  detectLayout,
  emptyClasses,
  type OpenedDataset,
  openDataset,
} from '../../data/open-dataset.js';
import { PosterError } from '../../errors.js';
import type { Alignment } from '../../image/alignment.js';
import type { TrainingConfig } from '../config/training-options.js';
import { foldData, heldOutSubjects, type Pool } from '../folds/fold-data.js';
import { stratifiedSplit } from './sampler.js';

export interface TrainingData {
  readonly classes: readonly string[];
  readonly train: readonly Sample[];
  /** Chooses the best epoch. */
  readonly valid: Omit<Dataset, 'split'> & { readonly split: string };
  /** Training images of each class. */
  readonly counts: readonly number[];
  /** How the faces were cut out, where that is known. */
  readonly alignment: Alignment | undefined;
  /** What a person should know about the files. */
  readonly notes: readonly string[];
}

/**
 * Lists the training set and the set that chooses the best epoch: the dataset's evaluation set, or with
 * `valSplit` a share of the training set. Only the training set has votes as targets; validation is on labels.
 * @throws PosterError as {@link openDataset}; `data.layout` when a class has no training images, or the two sets
 * have other classes.
 */
export async function openTrainingData(config: TrainingConfig, signal?: AbortSignal): Promise<TrainingData> {
  if (config.foldList !== null) return openFold(config, signal);
  if (config.valSplit > 0) return holdOut(await openPool(config, signal), config);
  const train = await openSplit(config, 'train', config.targets, signal);
  requireTrainingImages(train);
  const valid = await openSplit(config, config.evaluationSplit, 'labels', signal);
  requireSameClasses(train, valid);
  return {
    classes: train.classes,
    train: train.samples,
    valid,
    counts: countByClass(train),
    alignment: alignmentOf(train),
    notes: [...notesOn(train), ...notesOn(valid), ...remarksOnUnlabelled(valid)],
  };
}

/**
 * All images that are there to learn from; a share of them is held out.
 * @throws PosterError as {@link openTrainingData}
 */
export async function openPool(config: TrainingConfig, signal?: AbortSignal): Promise<Pool> {
  const split = await trainingSplit(config, signal);
  const all = await openSplit(config, split, config.targets, signal);
  requireTrainingImages(all);
  const labelled = config.targets === 'labels' ? all : await openSplit(config, split, 'labels', signal);
  return { all, labelled };
}

/**
 * The images that say how good a trained model is: those of its fold, the dataset's evaluation set, or where the data are
 * not divided those held out.
 */
export async function openEvaluated(config: TrainingConfig, signal?: AbortSignal): Promise<Dataset> {
  if (config.foldList === null) {
    if ((await trainingSplit(config, signal)) === 'train')
      return openSplit(config, config.evaluationSplit, 'labels', signal);
    return { ...(await openTrainingData(config, signal)).valid, split: 'all' };
  }
  const pool = await openPool(config, signal);
  const { evaluated } = await foldData(pool, config);
  return { ...pool.labelled, samples: evaluated };
}

function openSplit(
  { data, dataType, labels, votes }: TrainingConfig,
  split: Split,
  targets: TargetKind,
  signal?: AbortSignal,
) {
  return openDataset({
    root: data,
    type: dataType,
    labels: labels ?? undefined,
    votes: votes ?? undefined,
    split,
    targets,
    allowEmpty: true,
    signal,
  });
}

/** A fold is evaluated on its images; what chooses the best epoch is the fold, or with `valSplit` a share of the others. */
async function openFold(config: TrainingConfig, signal?: AbortSignal): Promise<TrainingData> {
  const pool = await openPool(config, signal);
  const { rest, evaluated, name, list } = await foldData(pool, config);
  requireTrainingImages(rest.all);
  if (config.valSplit === 0) {
    const { all } = rest;
    const valid = { name: all.name, root: all.root, classes: all.classes, samples: evaluated, split: name };
    return dividedData(rest.all, all.samples, valid);
  }
  if (!list.subjectOf) return holdOut(rest, config);
  const subjects = heldOutSubjects(rest.labelled.samples, list.subjectOf, config.valSplit);
  const isHeld = ({ path }: Sample) => subjects.has(list.subjectOf!.get(path)!);
  const heldOut = rest.labelled.samples.filter(isHeld);
  const train = rest.all.samples.filter((sample) => !isHeld(sample));
  requireTrainingImages({ ...rest.all, samples: train });
  return dividedData(rest.all, train, heldOutOf(rest.all, heldOut));
}

/** Data that are not divided can be trained on when a share is held out. */
async function trainingSplit({ data, dataType, labels, votes }: TrainingConfig, signal?: AbortSignal) {
  const options = { root: data, type: dataType, labels: labels ?? undefined, votes: votes ?? undefined };
  const { splits } = await detectLayout({ ...options, signal });
  return splits.includes('train') || !splits.includes('all') ? 'train' : 'all';
}

/** Holds out images that have a label, the same whatever the targets are; all others are trained on. */
function holdOut({ all, labelled }: Pool, { valSplit, seed }: TrainingConfig): TrainingData {
  const labels = labelled.samples.map(({ label }) => label);
  const parts = stratifiedSplit(labels, valSplit, seed);
  const pick = (positions: readonly number[]) => positions.map((position) => labelled.samples[position]!);
  const heldOut = pick(parts.valid);
  const train = all === labelled ? pick(parts.train) : without(all.samples, heldOut);
  return dividedData(all, train, heldOutOf(all, heldOut));
}

function heldOutOf({ name, root, classes, split }: OpenedDataset, samples: readonly Sample[]) {
  return { name, root, classes, samples, split: `held out of ${split}` };
}

function dividedData(
  all: OpenedDataset,
  train: readonly Sample[],
  valid: TrainingData['valid'],
): TrainingData {
  const { classes } = all;
  return {
    classes,
    train,
    valid,
    counts: countByClass({ classes, samples: train }),
    alignment: alignmentOf(all),
    notes: notesOn(all),
  };
}

function notesOn({ notes, split, dropped }: OpenedDataset): string[] {
  const untold = dropped.filter(({ reason }) => reason !== noVotes); // the notes have those
  return [...notes, ...droppedNotes(split, untold)];
}

function without(samples: readonly Sample[], others: readonly Sample[]): Sample[] {
  const paths = new Set(others.map(({ path }) => path));
  return samples.filter(({ path }) => !paths.has(path));
}

/** As the files say, or as the dataset's published crops are. */
function alignmentOf({ alignment, name }: OpenedDataset): Alignment | undefined {
  return alignment ?? publishedCrops(name);
}

function requireTrainingImages(train: OpenedDataset): void {
  const empty = emptyClasses(train.classes, countByClass(train));
  if (empty.length === 0) return;
  const leftOut = train.dropped.length > 0 ? ` (left out: ${describeDropped(train.dropped)})` : '';
  throw new PosterError(
    'data.layout',
    `Expected training images of every class in ${train.root} (${train.split}), but there are none of ` +
      `${empty.join(', ')}${leftOut}; add them, or name the other classes alone with --labels.`,
  );
}

function remarksOnUnlabelled(valid: OpenedDataset): string[] {
  const empty = emptyClasses(valid.classes, countByClass(valid));
  if (empty.length === 0) return [];
  return [
    `The ${valid.split} split has no images of ${empty.join(', ')}: how well they are learned is not seen.`,
  ];
}

function requireSameClasses(train: OpenedDataset, valid: OpenedDataset): void {
  if (train.classes.join('\n') === valid.classes.join('\n')) return;
  throw new PosterError(
    'data.layout',
    `Expected the ${valid.split} split in ${train.root} to have the classes of the training set ` +
      `(${train.classes.join(', ')}), got ${valid.classes.join(', ')}; name the classes with --labels.`,
  );
}
