/** The files that say what a made dataset is and where it came from: README.md and, with classes, labels.json. */
import { join } from 'node:path';
import { writeAtomically } from '../../io/write-atomically.js';
import { type StoredLabels, storedLabelsName } from '../layouts/stored-labels.js';
import type { MadeData } from './made-data.js';

/** @throws PosterError `file.unwritable` */
export async function writeProvenance(
  folder: string,
  data: MadeData,
  readme: readonly string[],
): Promise<void> {
  await writeAtomically(join(folder, 'README.md'), `${readme.join('\n')}\n`);
  const { output: _, type, classes, folders, alignment, ...source } = data;
  if (!type) return;
  const labels: StoredLabels = { format: 1, type, classes: [...classes], folders: [...folders], alignment };
  const content = `${JSON.stringify({ ...labels, source }, null, 2)}\n`;
  await writeAtomically(join(folder, storedLabelsName), content);
}

/** A Markdown table of the images of every class in every split, and an empty line; nothing without classes. */
export function classTable({ classes, folders, splits }: MadeData): string[] {
  if (classes.length === 0) return [];
  const rows = classes.map((name, label) => {
    const counts = splits.map(({ perClass }) => perClass[label]!.images);
    return `| ${label} | ${name} | ${folders[label]} | ${counts.join(' | ')} |`;
  });
  return [
    `| label | class | folder | ${splits.map(({ folder }) => folder || 'all').join(' | ')} |`,
    `|---|---|---|${splits.map(() => '---:|').join('')}`,
    ...rows,
    '',
  ];
}
