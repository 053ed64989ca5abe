/** The files beside the crops: what they are, where they come from, and a picture of some. */
import { join } from 'node:path';
import { writeAtomically } from '../../../io/write-atomically.js';
import { classTable, writeProvenance } from '../provenance.js';
import { contactSheet } from './contact-sheet.js';
import { facesCsv } from './faces-csv.js';
import { cropPath } from './photo-source.js';
import type { AlignedData, Outcomes, PhotoSource } from './types.js';

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
  await writeProvenance(folder, data, describeAlignedData(data));
}

/** What it is, where it came from, what was left out. */
function describeAlignedData(data: AlignedData): string[] {
  const { root, layout, alignment, allFaces, detector = 'the one built in', aligned, notes, splits } = data;
  const { template, size } = alignment;
  return [
    '# Aligned faces',
    '',
    `- From: ${root} (${layout})`,
    `- Crops: ${size} x ${size} pixels, template ${template}, ${allFaces ? 'every face' : 'the largest face'} of a photo`,
    `- Detector: ${detector}`,
    `- Aligned: ${aligned}`,
    '',
    '| folder | photos | faces cut out | without a face | unreadable |',
    '|---|---:|---:|---:|---:|',
    ...splits.map(
      ({ folder, photos, images, withoutFace, unreadable }) =>
        `| ${folder || 'all'} | ${photos} | ${images} | ${withoutFace} | ${unreadable} |`,
    ),
    '',
    ...classTable(data),
    ...notes.map((note) => `- ${note}`),
    ...(notes.length > 0 ? [''] : []),
    'faces.csv has a row for every face and every photo without one; contact-sheet.png shows some crops.',
  ];
}
