/** The files that show the figures of each epoch. */
import { writeAtomically } from '../io/write-atomically.js';
import { epochRecordSchema, type History } from './epoch-record.js';
import type { RunFolder } from './run-folder.js';

/**
 * Writes history.csv and history.jsonl; figures by class are in the second alone. Both are rewritten whole and
 * renamed into place: there is no torn line after a crash, and no epoch twice after a resume.
 * @throws PosterError `file.unwritable`
 */
export async function writeHistory(folder: RunFolder, history: History): Promise<void> {
  await writeAtomically(folder.historyCsv, historyAsCsv(history));
  await writeAtomically(folder.historyJsonl, history.map((record) => `${JSON.stringify(record)}\n`).join(''));
}

function historyAsCsv(history: History): string {
  const columns = epochRecordSchema.omit({ validRecalls: true }).keyof().options;
  const rows = history.map((record) => columns.map((column) => record[column]).join(','));
  return `${[columns.join(','), ...rows].join('\n')}\n`;
}
