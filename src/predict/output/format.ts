/** Results as lines of text: one formatter for the images, photos and videos that rows.ts describes. */
import { PosterError } from '../../errors.js';
import { visible } from '../../report/display-text.js';
import { csvLine } from '../../util/csv-line.js';
import { describeGiven } from '../../util/given.js';

export const predictionFormats = ['table', 'jsonl', 'csv'] as const;
export type PredictionFormat = (typeof predictionFormats)[number];

/** What came of one file, or of a part of it. */
export interface StreamedResult {
  readonly path: string;
  readonly error?: PosterError | undefined;
}

/** What is written of a result that has no error; its path is written before it. */
export interface RowsOf<Result extends StreamedResult> {
  /** Whole lines for a terminal. */
  table(result: Result): readonly string[];
  json(result: Result): object;
  readonly columns: readonly string[];
  /** Rows of csv; none stands for a row of empty cells. */
  rows(result: Result): readonly (readonly Cell[])[];
}

export type Cell = string | number;

/**
 * Turns results into lines; `header` comes first in a new file. The table leaves out what could not be read,
 * which is told elsewhere.
 */
export interface Formatter<Result> {
  readonly header: string;
  line(result: Result): string;
}

export function formatter<Result extends StreamedResult>(
  format: PredictionFormat,
  { table, json, columns, rows }: RowsOf<Readable<Result>>,
): Formatter<Result> {
  if (!predictionFormats.includes(format))
    throw new PosterError(
      'option.invalid',
      `Expected the format ${predictionFormats.join(', ')}, got ${typeof format === 'string' ? format : describeGiven(format)}.`,
    );
  const blanks = columns.map(() => '');
  const formatters: Record<PredictionFormat, Formatter<Result>> = {
    table: {
      header: '',
      line: (result) =>
        isReadable(result)
          ? table(result)
              .map((line) => `${visible(line)}\n`)
              .join('')
          : '',
    },
    jsonl: {
      header: '',
      line: (result) => {
        const content = isReadable(result) ? json(result) : { error: result.error };
        return `${JSON.stringify({ path: result.path, ...content })}\n`;
      },
    },
    csv: {
      header: csvLine(['path', ...columns, 'error']),
      line: (result) => {
        const some = isReadable(result) ? rows(result) : [];
        return (some.length > 0 ? some : [blanks])
          .map((cells) => csvLine([result.path, ...cells, result.error?.message ?? ''].map(String)))
          .join('');
      },
    },
  };
  return formatters[format];
}

type Readable<Result extends StreamedResult> = Exclude<Result, { readonly error: PosterError }>;

function isReadable<Result extends StreamedResult>(result: Result): result is Readable<Result> {
  return result.error === undefined;
}
