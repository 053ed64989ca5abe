/** Writes models by datasets into a folder. */
import { join } from 'node:path';
import type { ModelMatrix } from '../../evaluate/compare/model-matrix.js';
import { guardOutputs } from '../../io/guard-outputs.js';
import { writeAtomically } from '../../io/write-atomically.js';
import { renderMatrix } from './matrix-page.js';

/** Paths of the files written: one HTML file that needs nothing else, and the figures as JSON. */
export interface MatrixFiles {
  readonly page: string;
  readonly figures: string;
}

/**
 * Writes matrix.html and matrix.json, each aside and renamed; the folder is made.
 * @throws PosterError `file.unwritable`, also when one of them is there and `force` is not given.
 */
export async function writeMatrix(
  folder: string,
  matrix: ModelMatrix,
  { force }: { force?: boolean | undefined } = {},
): Promise<MatrixFiles> {
  const files = matrixFiles(folder);
  for (const path of Object.values(files)) await guardOutputs({ force }).mayWrite(path, '--output');
  await writeAtomically(files.figures, `${JSON.stringify(matrix, null, 2)}\n`);
  await writeAtomically(files.page, renderMatrix(matrix));
  return files;
}

export function matrixFiles(folder: string): MatrixFiles {
  return { page: join(folder, 'matrix.html'), figures: join(folder, 'matrix.json') };
}
