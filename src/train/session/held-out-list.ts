/** The images that a training held out of its training set, as a list for `poster calibrate` and `poster evaluate`. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeAtomically } from '../../io/write-atomically.js';
import type { RunFolder } from '../../runs/run-folder.js';
import { csvLine } from '../../util/csv-line.js';
import type { TrainingSession } from './session.js';

/**
 * Writes path and class name of every image held out (`--val-split`), unless they are there already; nothing where a
 * dataset's own split validates.
 */
export async function writeHeldOutList(
  { heldOut }: RunFolder,
  { config, data }: Pick<TrainingSession, 'config' | 'data'>,
): Promise<void> {
  if (config.valSplit === 0) return;
  const rows = data.valid.samples.map(({ path, label }) => [resolve(path), data.classes[label]!]);
  const list = [['path', 'label'], ...rows].map(csvLine).join('');
  if ((await readFile(heldOut, 'utf8').catch(() => undefined)) === list) return;
  await writeAtomically(heldOut, list);
}
