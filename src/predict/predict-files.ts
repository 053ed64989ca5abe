/** Predictions of many face crops. */
import type { FileResult, RecogniseFilesOptions, Recogniser } from '../recognise/recognise-files.js';
import { formatter } from './format.js';
import { type PredictCounts, type StreamOptions, streamLines } from './stream-lines.js';

export interface PredictToOptions extends RecogniseFilesOptions, StreamOptions<FileResult> {
  /** How many of the most probable classes to list. Default 1. */
  readonly topK?: number | undefined;
}

/**
 * Writes a line for every path, in order, as results come. Each image is taken as one face crop.
 *
 * @throws PosterError `file.unwritable`, with `strict` `image.unreadable`, `aborted`; lines written so far stay.
 */
export function predictTo(
  model: Recogniser,
  paths: AsyncIterable<string>,
  options: PredictToOptions,
): Promise<PredictCounts> {
  const { format, topK = 1, embedding } = options;
  const lines = formatter(format, {
    labels: model.labels,
    topK: Math.min(topK, model.labels.length),
    embedding: embedding ? model.network.embedding : 0,
  });
  return streamLines(paths, (rest) => model.predictFiles(rest, options), lines, options);
}
