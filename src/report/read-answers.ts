/** Reads an evaluation's folder back: what a model answered for every face. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PosterError } from '../errors.js';
import { type ModelAnswers, modelAnswers } from '../evaluate/compare/align-answers.js';
import { type EvaluationResult, parseEvaluationResult } from '../evaluate/result.js';
import { describeSystemError } from '../io/write-atomically.js';
import { parsePredictionsCsv } from './parse-predictions-csv.js';

/**
 * The answers in a folder that `poster evaluate --output` wrote.
 * @throws PosterError `file.missing` for a folder without result.json and predictions.csv, `data.layout` for others'.
 */
export async function readAnswers(folder: string): Promise<ModelAnswers> {
  const csvPath = join(folder, 'predictions.csv');
  const result = await readResult(folder);
  return modelAnswers(folder, result, parsePredictionsCsv(await read(csvPath), result.classes, csvPath));
}

/** The result in such a folder. @throws PosterError as {@link readAnswers} */
export async function readResult(folder: string): Promise<EvaluationResult> {
  const path = join(folder, 'result.json');
  return parseEvaluationResult(await read(path), path);
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new PosterError(
      'file.missing',
      `Could not read ${path} (${describeSystemError(error)}); poster evaluate --output writes it.`,
      { cause: error },
    );
  });
}
