/**
 * How good a model is on a dataset, and how sure that is.
 * Here: runs a model over a labelled dataset.
 */
import type { Dataset } from '../data/dataset.js';
import { dataTypeFacts, dataTypes, labelIndex } from '../data/labels.js';
import { PosterError } from '../errors.js';
import {
  defaultBatchSize,
  defaultWorkers,
  type RecogniseFilesOptions,
  type Recogniser,
} from '../recognise/recognise-files.js';
import type { Failure, ImagePrediction } from './prediction.js';
import type { EvaluationResult } from './result.js';
import { summariseEvaluation } from './summarise.js';

export interface EvaluateOptions extends Omit<RecogniseFilesOptions, 'embedding'> {
  /** The labelled images; see `openDataset`. */
  readonly dataset: Dataset;
  /** How people's votes for an image are spread over the dataset's classes, by path; see `readVoteShares`. */
  readonly voteShares?: ReadonlyMap<string, readonly number[]> | undefined;
  /** End with an error at the first unreadable image instead of counting it. Default false. */
  readonly strict?: boolean | undefined;
  /** Called after every image. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface EvaluationOutcome {
  readonly result: EvaluationResult;
  /** One for each image that could be read, in the dataset's order. */
  readonly predictions: readonly ImagePrediction[];
}

/**
 * Evaluates a model on a dataset. The dataset's classes are matched to the model's by name, in whatever order
 * either has them.
 *
 * @throws PosterError `checkpoint.mismatch` when model and dataset do not have the same classes;
 *   `image.unreadable` with `strict`; `data.layout` when no image can be read.
 */
export async function evaluate(model: Recogniser, options: EvaluateOptions): Promise<EvaluationOutcome> {
  const { dataset, voteShares, strict = false, onProgress } = options;
  const { samples } = dataset;
  const { classes, labelOf } = matchClasses(model, dataset);
  const { batchSize = defaultBatchSize, workers = defaultWorkers(), onNote, signal } = options;
  const inModelOrder = (shares: readonly number[] | undefined) => {
    if (!shares) return undefined;
    const ordered = new Array<number>(classes.length).fill(0);
    for (const [i, share] of shares.entries()) ordered[labelOf(i)] = share;
    return ordered;
  };
  const predictions: ImagePrediction[] = [];
  const failures: Failure[] = [];
  const started = performance.now();
  const paths = samples.map(({ path }) => path);
  let done = 0;
  for await (const { path, prediction, error } of model.predictFiles(paths, {
    batchSize,
    workers,
    onNote,
    signal,
  })) {
    if (error && strict) throw error;
    const label = labelOf(samples[done]!.label);
    if (error) failures.push({ path, error: error.message });
    else
      predictions.push({
        path,
        label,
        logits: prediction.logits,
        shares: inModelOrder(voteShares?.get(path)),
      });
    done += 1; // apart: without a listener the call's arguments are not evaluated
    onProgress?.(done, samples.length);
  }
  const result = summariseEvaluation({
    dataset: { name: dataset.name, type: dataset.name, split: dataset.split, root: dataset.root },
    checkpoint: { path: model.path },
    temperature: model.temperature,
    classes,
    predictions,
    failures,
    seconds: (performance.now() - started) / 1000,
    configuration: {
      batchSize,
      workers,
      strict,
      labels: [...model.labels],
      labelSource: model.labelOrigin.source,
    },
  });
  return { result, predictions };
}

interface ClassMatch {
  /** Class names in the order of the logits. */
  readonly classes: readonly string[];
  /** Turns the dataset's class indices into the model's. */
  readonly labelOf: (label: number) => number;
}

/**
 * By name; where the model's names are only assumed and do not fit, by position, as the official program does.
 * Folders and lists may hold some of the model's classes; a dataset known by name must have them all.
 */
function matchClasses(model: Recogniser, { classes, name }: Dataset): ClassMatch {
  const { labels } = model;
  const mayBePart = dataTypes.every((type) => type !== name || !dataTypeFacts(type).labels);
  if (classes.length > labels.length || (classes.length < labels.length && !mayBePart)) {
    throw new PosterError(
      'checkpoint.mismatch',
      `Expected the classes of ${name} (${classes.join(', ')}) but ${model.path} has ${labels.length} (${labels.join(', ')})${suggestType(labels.length)}.`,
    );
  }
  const indices = classes.map((label) => labelIndex(labels, label));
  const unknown = classes.filter((_, i) => indices[i] === -1);
  if (unknown.length === 0 && new Set(indices).size === indices.length) {
    return { classes: labels, labelOf: (label) => indices[label]! };
  }
  if (model.labelOrigin.source === 'assumed' && classes.length === labels.length)
    return { classes, labelOf: (label) => label };
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
