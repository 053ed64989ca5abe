/** An evaluation put together from the files of `poster evaluate`. Browser-safe. */
import { PosterError } from '../../errors.js';
import { confusionMatrix } from '../../evaluate/metrics.js';
import { type EvaluationResult, parseEvaluationResult } from '../../evaluate/result.js';
import { type PredictionRow, parsePredictionsCsv } from '../../report/parse-predictions-csv.js';
import type { OpenedFile } from '../parts/opened-file.js';
import { matchPictures } from './match-pictures.js';

export interface OpenEvaluation {
  readonly result: EvaluationResult;
  /** Absent until predictions.csv is opened. */
  readonly predictions?: readonly PredictionRow[];
  /** Every image file that was opened. */
  readonly images: readonly OpenedFile[];
  /** Those that belong to the evaluation, by their paths in it. */
  readonly pictures: ReadonlyMap<string, File>;
}

/** Names under which results are written: by `poster evaluate` and by a training for its best epoch. */
const resultNames = ['result.json', 'evaluation.json'];
const predictionsNames = ['predictions.csv'];

/**
 * Opens an evaluation, or adds what was missing to the one that is open: predictions, pictures.
 *
 * @throws PosterError `data.layout` in a sentence where the files hold no evaluation, several, or do not fit together.
 */
export async function openFiles(
  files: readonly OpenedFile[],
  open: OpenEvaluation | undefined,
): Promise<OpenEvaluation> {
  const resultFile = theOne(files, '.json', resultNames);
  const predictionsFile = theOne(files, '.csv', predictionsNames);
  const added = files.filter(({ file }) => file.type.startsWith('image/'));
  if (!resultFile && !predictionsFile && added.length === 0)
    throw unfit('result.json of an evaluation, its predictions.csv or its images', counted(files, 'other'));
  const result = resultFile
    ? parseEvaluationResult(await resultFile.file.text(), resultFile.path)
    : open?.result;
  if (!result)
    throw unfit('result.json of an evaluation first', predictionsFile?.path ?? counted(added, 'image'));
  const kept = resultFile ? undefined : open?.predictions;
  const predictions = predictionsFile ? await readPredictions(predictionsFile, result) : kept;
  const images = [
    ...new Map([...(open?.images ?? []), ...added].map((image) => [image.path, image])).values(),
  ];
  const paths = new Set((predictions ?? result.mistakes).map(({ path }) => path));
  return { result, ...(predictions && { predictions }), images, pictures: matchPictures(images, paths) };
}

function counted(files: readonly OpenedFile[], kind: string): string {
  return files.length === 1 ? files[0]!.path : `${files.length} ${kind} files`;
}

/** The file that has one of the names; where none has, the one of its kind that was chosen by itself. */
function theOne(
  files: readonly OpenedFile[],
  kind: string,
  names: readonly string[],
): OpenedFile | undefined {
  const named = files.filter(({ file }) => names.includes(file.name));
  const loose = files.filter(({ path }) => path.endsWith(kind) && !path.includes('/'));
  const candidates = named.length > 0 ? named : loose;
  if (candidates.length > 1)
    throw unfit(`one ${names.join(' or ')}`, candidates.map(({ path }) => path).join(', '));
  return candidates[0];
}

async function readPredictions(
  { file, path }: OpenedFile,
  { classes, matrix }: EvaluationResult,
): Promise<PredictionRow[]> {
  const rows = parsePredictionsCsv(await file.text(), classes, path);
  if (confusionMatrix(rows, classes.length).flat().join() !== matrix.flat().join())
    throw unfit('the predictions that the confusion matrix counts', `others in ${path}`);
  return rows;
}

function unfit(expected: string, found: string): PosterError {
  return new PosterError(
    'data.layout',
    `Expected ${expected} but got ${found}; open the folder that poster evaluate --output wrote.`,
  );
}
