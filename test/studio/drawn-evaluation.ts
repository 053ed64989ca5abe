/** An evaluation of drawn faces, as `poster evaluate` writes it. */
import { join } from 'node:path';
import { Poster } from '../../src/core/poster.js';
import { openDataset } from '../../src/data/open-dataset.js';
import type { EvaluationOutcome } from '../../src/evaluate/evaluate.js';
import { type EvaluationFiles, writeEvaluation } from '../../src/report/write-evaluation.js';
import { writeDrawnDataset } from '../../testing/drawn-faces/write-drawn-dataset.js';

export interface DrawnEvaluation {
  /** The folder of the faces. */
  readonly data: string;
  /** The folder of the evaluation. */
  readonly written: string;
  readonly files: EvaluationFiles;
  readonly outcome: EvaluationOutcome;
}

/** Draws faces into a folder and evaluates a checkpoint on them. */
export async function evaluateDrawnFaces(checkpoint: string, folder: string): Promise<DrawnEvaluation> {
  const [data, written] = [join(folder, 'drawn'), join(folder, 'evaluation')];
  await writeDrawnDataset(data, { train: 7, test: 21, seed: 1 });
  await using poster = await Poster.load(checkpoint, { dataType: 'RAF-DB' });
  const outcome = await poster.evaluate({ dataset: await openDataset({ root: data, type: 'RAF-DB' }) });
  return { data, written, files: await writeEvaluation(written, outcome), outcome };
}
