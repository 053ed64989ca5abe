/** The files beside the crops: what they are, where they come from, and a picture of some. */
import { join } from 'node:path';
import { writeAtomically } from '../../../io/write-atomically.js';
import { type StoredLabels, storedLabelsName } from '../../layouts/stored-labels.js';
import type { Outcomes } from './align-photos.js';
import type { AlignedData } from './aligned-data.js';
import { contactSheet } from './contact-sheet.js';
import { facesCsv } from './faces-csv.js';
import { cropPath, type PhotoSource } from './photo-source.js';
import { describeAlignedData } from './provenance.js';

export async function writeFindings(
  folder: string,
  data: AlignedData,
  source: PhotoSource,
  outcomes: Outcomes,
): Promise<void> {
  const crops = source.photos.flatMap(({ target }) =>
    outcomes.get(target)!.faces.map((_, i) => cropPath(target, data.allFaces, i)),
  );
  await writeAtomically(join(folder, 'faces.csv'), facesCsv(data, source, outcomes));
  await writeAtomically(join(folder, 'contact-sheet.png'), await contactSheet(folder, crops));
  await writeAtomically(join(folder, 'README.md'), describeAlignedData(data));
  const { out: _, type, classes, folders, alignment, ...origin } = data;
  if (!type) return;
  const labels: StoredLabels = { format: 1, type, classes: [...classes], folders: [...folders], alignment };
  const content = { ...labels, source: origin };
  await writeAtomically(join(folder, storedLabelsName), `${JSON.stringify(content, null, 2)}\n`);
}
