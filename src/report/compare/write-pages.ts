/** Writes what a comparison of models or a matrix of them found into a folder. */
import { join } from 'node:path';
import type { AlignedAnswers } from '../../evaluate/compare/align-answers.js';
import type { Comparison } from '../../evaluate/compare/compare-models.js';
import type { ModelMatrix } from '../../evaluate/compare/model-matrix.js';
import { decodeImage } from '../../image/decode/decode.js';
import { thumbnailUri } from '../../image/encode.js';
import { guardOutputs } from '../../io/guard-outputs.js';
import { writeAtomically } from '../../io/write-atomically.js';
import { renderComparison } from './comparison-page.js';
import { renderMatrix } from './matrix-page.js';

/** Paths of the files written: one HTML file that needs nothing else, and the figures as JSON. */
export function pageFiles(folder: string, name: 'compare' | 'matrix') {
  return { page: join(folder, `${name}.html`), figures: join(folder, `${name}.json`) };
}

type PageFiles = ReturnType<typeof pageFiles>;
type WriteOptions = { readonly force?: boolean | undefined };

/**
 * Writes compare.html and compare.json, each aside and renamed; the folder is made.
 * @throws PosterError `file.unwritable`, also when one of them is there and `force` is not given.
 */
export async function writeComparison(
  folder: string,
  comparison: Comparison,
  { models }: AlignedAnswers,
  options: WriteOptions = {},
): Promise<PageFiles> {
  const thumbnail = async (path: string) => thumbnailUri(await decodeImage(path));
  const answers = models.map((model) => model.answers);
  const page = () => renderComparison(comparison, { answers, thumbnail });
  return write(pageFiles(folder, 'compare'), comparison, page, options);
}

/** Writes matrix.html and matrix.json. @throws PosterError as {@link writeComparison} */
export async function writeMatrix(folder: string, matrix: ModelMatrix, options: WriteOptions = {}) {
  return write(pageFiles(folder, 'matrix'), matrix, async () => renderMatrix(matrix), options);
}

async function write(
  files: PageFiles,
  figures: object,
  page: () => Promise<string>,
  { force }: WriteOptions,
): Promise<PageFiles> {
  await guardOutputs({ force }).mayWriteAll(Object.values(files), '--output');
  await writeAtomically(files.figures, `${JSON.stringify(figures, null, 2)}\n`);
  await writeAtomically(files.page, await page());
  return files;
}
