/** Writes what an evaluation found into a folder. */
import { join } from 'node:path';
import { corrupted } from '../evaluate/corruptions/evaluate-corruptions.js';
import type { Severity } from '../evaluate/corruptions/raf-db-c.js';
import type { EvaluationOutcome } from '../evaluate/evaluate.js';
import { perturbed } from '../evaluate/perturbations/evaluate-perturbations.js';
import type { EvaluationResult } from '../evaluate/result.js';
import { decodeImage } from '../image/decode/decode.js';
import { thumbnailUri } from '../image/encode.js';
import { guardOutputs } from '../io/guard-outputs.js';
import { writeAtomically } from '../io/write-atomically.js';
import { requireGiven, requireOptions } from '../util/given.js';
import { predictionsCsv } from './predictions-csv.js';

/** Paths of the files written. */
export interface EvaluationFiles {
  /** One HTML file that needs nothing else. */
  readonly report: string;
  readonly result: string;
  readonly predictions: string;
}

/** Where {@link writeEvaluation} writes, and what with. */
export interface WriteEvaluationOptions {
  /** Replace files that are there. Default: false. */
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes report.html, result.json and predictions.csv, each aside and renamed; the folder is made.
 * @throws PosterError `file.unwritable`, also when one of them is there, or `aborted`.
 */
export async function writeEvaluation(
  folder: string,
  outcome: EvaluationOutcome,
  asked: WriteEvaluationOptions = {},
): Promise<EvaluationFiles> {
  requireGiven(folder, 'the folder of writeEvaluation', 'a string');
  requireGiven(outcome, 'the outcome of writeEvaluation', 'an object');
  const { signal, force } = requireOptions(asked, 'writeEvaluation');
  const { result, predictions } = outcome;
  const files = evaluationFiles(folder);
  await guardOutputs({ force }).mayWriteAll(Object.values(files), '--output');
  await writeAtomically(files.result, `${JSON.stringify(result, null, 2)}\n`);
  await writeAtomically(files.predictions, async (file) => {
    for (const line of predictionsCsv(predictions, result.classes)) await file.write(line);
  });
  const thumbnail = async (path: string) => thumbnailUri(await decodeImage(path));
  const { renderReport } = await import('./report.js'); // with the library that draws charts
  const corruptionPicture = pictureCorruptions(predictions[0], result);
  const perturbationPictures = picturePerturbations(predictions[0], result);
  const options = { thumbnail, corruptionPicture, perturbationPictures, ...(signal && { signal }) };
  await writeAtomically(files.report, await renderReport(result, options));
  return files;
}

/** Shows a face with a corruption in its middle severity. */
function pictureCorruptions(face: { readonly path: string } | undefined, { corruptions }: EvaluationResult) {
  return async (name: string) => {
    const image = await decodeImage(face!.path);
    const levels = corruptions!.corruptions[0]!.severities;
    const { severity } = levels[Math.floor(levels.length / 2)]!;
    return thumbnailUri(await corrupted(image, name, severity as Severity, corruptions!.seed, 0));
  };
}

/** Shows a face in some frames of a perturbation. */
function picturePerturbations(
  face: { readonly path: string } | undefined,
  { perturbations }: EvaluationResult,
) {
  return async (name: string) => {
    const frames = [...perturbed(await decodeImage(face!.path), name, perturbations!.seed, 0)];
    return Promise.all([0, 9, 19, 29].map((place) => thumbnailUri(frames[place]!)));
  };
}

/** What is written into the folder. */
export function evaluationFiles(folder: string): EvaluationFiles {
  return {
    report: join(folder, 'report.html'),
    result: join(folder, 'result.json'),
    predictions: join(folder, 'predictions.csv'),
  };
}
