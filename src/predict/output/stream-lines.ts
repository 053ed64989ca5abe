/** Results written as lines as they come, to a file that can be continued or to a terminal. */
import { PosterError } from '../../errors.js';
import { begun } from '../begun.js';
import type { Formatter, PredictionFormat, StreamedResult } from './format.js';
import { type ExistingOutput, type LineSink, openOutputFile, readExistingOutput } from './output-file.js';

export interface StreamOptions<Result> {
  readonly format: PredictionFormat;
  /** A file to write; otherwise lines go to `sink`. */
  readonly output?: string | undefined;
  readonly sink?: LineSink | undefined;
  /** Continue `output`: files it already has a line for are passed over. */
  readonly skipExisting?: boolean | undefined;
  /** Replace `output`. Not together with `skipExisting`. */
  readonly force?: boolean | undefined;
  /** End with an error at the first unreadable image instead of writing a line with its error. */
  readonly strict?: boolean | undefined;
  /** Called after each file. */
  readonly onResult?: ((result: Result, counts: PredictCounts) => void) | undefined;
}

/** How many files were recognised, and how many could not be read. */
export interface PredictCounts {
  readonly recognised: number;
  readonly unreadable: number;
  /** Passed over because an earlier run had done them. */
  readonly skipped: number;
}

/**
 * Writes the lines of every path's result, in order.
 *
 * @throws PosterError `file.unwritable`, with `strict` `image.unreadable`; lines written so far stay.
 */
export async function streamLines<Result extends StreamedResult>(
  paths: AsyncIterable<string>,
  recognise: (paths: AsyncIterable<string>) => AsyncIterable<Result>,
  lines: Formatter<Result>,
  options: StreamOptions<Result>,
): Promise<PredictCounts> {
  const { format, output, skipExisting = false, strict = false, onResult } = options;
  const existing =
    output && skipExisting ? await readExistingOutput(output, format, lines.header) : undefined;
  await using inputs = await begun(paths);
  const sink = await openSink(options, existing);
  const counts = { recognised: 0, unreadable: 0, skipped: 0 };
  try {
    if (!existing?.bytes) await sink.write(lines.header);
    for await (const result of recognise(unfinished(inputs, existing?.paths, counts))) {
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

/** Where the lines go. @throws PosterError `option.invalid` without either, `file.unwritable` */
export async function openSink(
  { output, sink, force }: Pick<StreamOptions<never>, 'output' | 'sink' | 'force'>,
  existing?: ExistingOutput,
): Promise<LineSink> {
  if (output !== undefined) return openOutputFile(output, existing, force);
  if (sink) return sink;
  throw new PosterError(
    'option.invalid',
    'Expected an output file or a sink for the predictions; got neither.',
  );
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
