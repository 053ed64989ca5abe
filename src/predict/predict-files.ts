/** Predictions of many face crops. */
import type { FileResult, RecogniseFilesOptions, Recogniser } from '../recognise/recognise-files.js';
import { type Explainer, type ExplainTo, explainFiles } from './explain-results.js';
import { formatter } from './format.js';
import { type PredictCounts, type StreamOptions, streamLines } from './stream-lines.js';

export interface PredictToOptions extends RecogniseFilesOptions, StreamOptions<FileResult> {
  /** How many of the most probable classes to list. Default 1. */
  readonly topK?: number | undefined;
  /** Also write heat maps of what decided each class. */
  readonly explain?: ExplainTo | undefined;
}

/**
 * Writes a line for every path, in order, as results come. Each image is taken as one face crop.
 *
 * @throws PosterError `file.unwritable`, with `strict` `image.unreadable`, `aborted`; lines written so far stay.
 */
export function predictTo(
  model: Recogniser & Explainer,
  paths: AsyncIterable<string>,
  options: PredictToOptions,
): Promise<PredictCounts> {
  const { format, topK = 1, embedding, explain } = options;
  const lines = formatter(format, {
    labels: model.labels,
    topK: Math.min(topK, model.labels.length),
    embedding: embedding ? model.network.embedding : 0,
  });
  const recognise = (rest: AsyncIterable<string>) => {
    const results = model.predictFiles(rest, options);
    return explain ? explainFiles(model, results, explain) : results;
  };
  return streamLines(paths, recognise, lines, options);
}
