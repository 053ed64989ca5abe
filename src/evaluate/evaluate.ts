/**
 * How good a model is on a dataset, and how sure that is.
 * Here: runs a model over a labelled dataset.
 */
import type { Dataset } from '../data/dataset.js';
import {
  defaultBatchSize,
  defaultWorkers,
  type RecogniseFilesOptions,
  type Recogniser,
} from '../recognise/recognise-files.js';
import type { ClassMap } from './class-map.js';
import { matchClasses } from './match-classes.js';
import type { Failure, ImagePrediction } from './prediction.js';
import type { EvaluationResult } from './result.js';
import { summariseEvaluation } from './summarise.js';

/** What `evaluate` needs. */
export interface EvaluateOptions extends Omit<RecogniseFilesOptions, 'embedding'> {
  /** The labelled images; see `openDataset`. */
  readonly dataset: Dataset;
  /** How people's votes for an image are spread over the dataset's classes, by path; see `readVoteShares`. */
  readonly voteShares?: ReadonlyMap<string, readonly number[]> | undefined;
  /**
   * Evaluate in the classes that model and data have in common, after renaming some; see {@link ClassMap}. By default they
   * must be the same.
   */
  readonly classMap?: ClassMap | undefined;
  /** End with an error at the first unreadable image instead of counting it. Default false. */
  readonly strict?: boolean | undefined;
  /** Called after every image. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What `evaluate` found: the figures, and the answer to every face. */
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
  const { classes, labelOf, logitsOf, sharesOf, mapping, merges } = matchClasses(
    model,
    dataset,
    options.classMap,
  );
  const samples = dataset.samples.filter(({ label }) => labelOf(label) !== null);
  const { batchSize = defaultBatchSize, workers = defaultWorkers(), onNote, signal } = options;
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
    const label = labelOf(samples[done]!.label)!;
    if (error) failures.push({ path, error: error.message });
    else {
      const votes = voteShares?.get(path);
      predictions.push({
        path,
        label,
        logits: logitsOf(prediction.logits),
        shares: votes && sharesOf(votes),
      });
    }
    done += 1; // apart: without a listener the call's arguments are not evaluated
    onProgress?.(done, samples.length);
  }
  const result = summariseEvaluation({
    dataset: { name: dataset.name, type: dataset.name, split: dataset.split, root: dataset.root },
    checkpoint: { path: model.path },
    // where probabilities were added up, logits times the temperature are not those of the model without it
    temperature: merges ? undefined : model.temperature,
    classes,
    mapping,
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
