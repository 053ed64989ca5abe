/** Predictions of many files, streamed to a file or a terminal and resumable. */
import { PosterError } from '../errors.js';
import type { FileResult, RecogniseFilesOptions, Recogniser } from '../recognise/recognise-files.js';
import { formatter, type PredictionFormat } from './format.js';
import { type LineSink, openOutputFile, readExistingOutput } from './output-file.js';

export interface PredictToOptions extends RecogniseFilesOptions {
  readonly format: PredictionFormat;
  /** How many of the most probable classes to list. Default 1. */
  readonly topK?: number | undefined;
  /** A file to write; otherwise lines go to `sink`. */
  readonly output?: string | undefined;
  readonly sink?: LineSink | undefined;
  /** Continue `output`: files it already has a line for are passed over. */
  readonly skipExisting?: boolean | undefined;
  /** End with an error at the first unreadable image instead of writing a line with its error. */
  readonly strict?: boolean | undefined;
  /** Called after each line. */
  readonly onResult?: ((result: FileResult, counts: PredictCounts) => void) | undefined;
}

export interface PredictCounts {
  readonly recognised: number;
  readonly unreadable: number;
  /** Passed over because an earlier run had done them. */
  readonly skipped: number;
}

/**
 * Writes a line for every path, in order, as results come.
 *
 * @throws PosterError `file.unwritable`, with `strict` `image.unreadable`, `aborted`; lines written so far stay.
 */
export async function predictTo(
  model: Recogniser,
  paths: AsyncIterable<string>,
  options: PredictToOptions,
): Promise<PredictCounts> {
  const { format, topK = 1, embedding, output, skipExisting = false, strict = false, onResult } = options;
  const lines = formatter(format, {
    labels: model.labels,
    topK: Math.min(topK, model.labels.length),
    embedding: embedding ? model.network.embedding : 0,
  });
  const existing =
    output && skipExisting ? await readExistingOutput(output, format, lines.header) : undefined;
  const sink = output === undefined ? options.sink : await openOutputFile(output, existing);
  if (!sink)
    throw new PosterError(
      'option.invalid',
      'Expected an output file or a sink for the predictions; got neither.',
    );
  const counts = { recognised: 0, unreadable: 0, skipped: 0 };
  try {
    if (!existing?.bytes) await sink.write(lines.header);
    for await (const result of model.predictFiles(unfinished(paths, existing?.paths, counts), options)) {
      if (result.error && strict) throw result.error;
      await sink.write(lines.line(result));
      if (result.error) counts.unreadable++;
      else counts.recognised++;
      onResult?.(result, counts);
    }
  } finally {
    await sink.close();
  }
  return counts;
}

async function* unfinished(
  paths: AsyncIterable<string>,
  finished: ReadonlySet<string> | undefined,
  counts: { skipped: number },
): AsyncGenerator<string> {
  for await (const path of paths) {
    if (finished?.has(path)) counts.skipped++;
    else yield path;
  }
}
