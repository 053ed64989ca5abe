/**
 * Predictions of many files, written as lines that can be continued; pictures and heat maps beside them.
 * Here: predictions of many face crops.
 */
import type { FileResult, RecogniseFilesOptions, Recogniser } from '../recognise/recognise-files.js';
import { requireGiven, requireOptions } from '../util/given.js';
import { type Explainer, type ExplainTo, explainedFiles, explainFiles } from './explain-results.js';
import { formatter } from './output/format.js';
import { planOutputs, type WriteOptions } from './output/plan-outputs.js';
import { fileRows, type RowOptions } from './output/rows.js';
import { type PredictCounts, type StreamOptions, streamLines } from './output/stream-lines.js';

/** What {@link predictTo} recognises and where it writes lines. */
export interface PredictToOptions
  extends RecogniseFilesOptions,
    StreamOptions<FileResult>,
    WriteOptions,
    RowOptions {
  /** Also write heat maps of what decided each class. */
  readonly explain?: ExplainTo | undefined;
}

/**
 * Writes a line for every path, in order, as results come. Each image is taken as one face crop.
 *
 * @throws PosterError `file.unwritable`, with `strict` `image.unreadable`, `aborted`; lines written so far stay.
 *   `option.invalid` when a result would replace an input.
 */
export async function predictTo(
  model: Recogniser & Explainer,
  paths: Iterable<string> | AsyncIterable<string>,
  options: PredictToOptions,
): Promise<PredictCounts> {
  requireGiven(model, 'the model of predictTo', 'a model of Poster.load');
  requireOptions(options, 'predictTo', { format: 'a string', output: 'a string' });
  const { format, explain } = options;
  const lines = formatter(format, fileRows(model, options));
  const plan = await planOutputs(model, paths, [explain && explainedFiles(explain)], options);
  const recognise = (rest: AsyncIterable<string>) => {
    const results = model.predictFiles(rest, options);
    return explain ? explainFiles(model, results, explain, plan.guard) : results;
  };
  return streamLines(plan.paths, recognise, lines, options);
}
