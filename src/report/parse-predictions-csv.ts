/**
 * Reads predictions.csv back, as `predictionsCsv` writes it. Browser-safe.
 */
import { parse } from 'csv-parse/browser/esm/sync';
import { messageOf, PosterError } from '../errors.js';

/** One image of predictions.csv. */
export interface PredictionRow {
  readonly path: string;
  /** Class indices of the truth and of the answer. */
  readonly label: number;
  readonly predicted: number;
  /** One in [0, 1] per class. */
  readonly probabilities: readonly number[];
}

/**
 * Reads the predictions of an evaluation.
 *
 * @param classes the evaluation's class names in its order.
 * @param where the file's name, for messages.
 * @throws PosterError `data.layout` where the text is no such file or of other classes, naming the first wrong line.
 */
export function parsePredictionsCsv(
  text: string,
  classes: readonly string[],
  where: string,
): PredictionRow[] {
  const [heading, ...rows] = parseRows(text, where);
  const expected = ['path', 'label', 'prediction', 'correct', ...classes.map((name) => `p_${name}`)];
  if (heading?.join('\n') !== expected.join('\n'))
    throw unreadable(where, `a heading line ${expected.join(',')}`, heading?.join(',') ?? 'an empty file');
  const indices = new Map(classes.map((name, i) => [name, i]));
  return rows.map((cells, i) => toRow(cells, indices, `${where}, image ${i + 1}`));
}

function parseRows(text: string, where: string): string[][] {
  try {
    return parse(text, { bom: true });
  } catch (error) {
    throw unreadable(where, 'rows of equal length', messageOf(error));
  }
}

function toRow(
  [path, label, prediction, , ...shares]: readonly string[],
  indices: ReadonlyMap<string, number>,
  where: string,
): PredictionRow {
  const classIndex = (name: string) => {
    const index = indices.get(name);
    if (index === undefined) throw unreadable(where, 'a class of the heading', name);
    return index;
  };
  const probabilities = shares.map((share) => {
    const value = share.trim() === '' ? Number.NaN : Number(share);
    if (value >= 0 && value <= 1) return value;
    throw unreadable(where, 'a probability from 0 to 1', share);
  });
  return { path: path!, label: classIndex(label!), predicted: classIndex(prediction!), probabilities };
}

function unreadable(where: string, expected: string, found: string): PosterError {
  return new PosterError(
    'data.layout',
    `Expected ${expected} in ${where} but found ${found || 'nothing'}; evaluate again to write the file.`,
  );
}
