/** Writes what a comparison found into a folder. */
import { join } from 'node:path';
import type { AlignedAnswers } from '../../evaluate/compare/align-answers.js';
import type { Comparison } from '../../evaluate/compare/compare-models.js';
import { decodeImage } from '../../image/decode/decode.js';
import { thumbnailUri } from '../../image/encode.js';
import { guardOutputs, type OutputGuard } from '../../io/guard-outputs.js';
import { writeAtomically } from '../../io/write-atomically.js';
import { renderComparison } from './comparison-page.js';

/** Paths of the files written: one HTML file that needs nothing else, and the figures as JSON. */
export interface ComparisonFiles {
  readonly page: string;
  readonly figures: string;
}

/**
 * Writes compare.html and compare.json, each aside and renamed; the folder is made.
 * @throws PosterError `file.unwritable`, also when one of them is there and `force` is not given.
 */
export async function writeComparison(
  folder: string,
  comparison: Comparison,
  { models }: AlignedAnswers,
  { force }: { force?: boolean | undefined } = {},
): Promise<ComparisonFiles> {
  const files = comparisonFiles(folder);
  await checkComparisonFiles(files, guardOutputs({ force }));
  await writeAtomically(files.figures, `${JSON.stringify(comparison, null, 2)}\n`);
  const thumbnail = async (path: string) => thumbnailUri(await decodeImage(path));
  const answers = models.map((model) => model.answers);
  await writeAtomically(files.page, await renderComparison(comparison, { answers, thumbnail }));
  return files;
}

export function comparisonFiles(folder: string): ComparisonFiles {
  return { page: join(folder, 'compare.html'), figures: join(folder, 'compare.json') };
}

/** @throws PosterError as `mayWrite` of {@link OutputGuard} */
export async function checkComparisonFiles(files: ComparisonFiles, guard: OutputGuard): Promise<void> {
  for (const path of Object.values(files)) await guard.mayWrite(path, '--output');
}
