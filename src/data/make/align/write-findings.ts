/** The files beside the crops: what they are, where they come from, and a picture of some. */
import { join, relative } from 'node:path';
import { writeAtomically } from '../../../io/write-atomically.js';
import { csvLine } from '../../../util/csv-line.js';
import { classTable, writeProvenance } from '../provenance.js';
import { contactSheet } from './contact-sheet.js';
import type { CutFace } from './photo-outcome.js';
import { cropPath } from './photo-source.js';
import type { AlignedData, Outcomes, Photo, PhotoSource } from './types.js';

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

const pointNames = ['left_eye', 'right_eye', 'nose', 'left_mouth', 'right_mouth'];

const faceColumns = [
  ...['crop', 'score', 'box_x', 'box_y', 'box_width', 'box_height'],
  ...pointNames.flatMap((name) => [`${name}_x`, `${name}_y`]),
];

const columns = ['photo', 'split', 'class', 'result', 'faces_found', ...faceColumns, 'reason'];

/** Coordinates are in pixels of the upright photo. */
function facesCsv(data: AlignedData, { photos }: PhotoSource, outcomes: Outcomes): string {
  return [columns, ...photos.flatMap((photo) => photoRows(data, photo, outcomes))].map(csvLine).join('');
}

function photoRows(
  { root, classes, allFaces }: AlignedData,
  { path, split, label, target }: Photo,
  outcomes: Outcomes,
): string[][] {
  const { result, found, faces, reason = '' } = outcomes.get(target)!;
  const name = label === undefined ? '' : classes[label]!;
  const photo = [relative(root, path), split, name, result, String(found)];
  const rows = faces.map((face, i) => [cropPath(target, allFaces, i), ...faceCells(face)]);
  const none = faceColumns.map(() => '');
  return (rows.length > 0 ? rows : [none]).map((cells) => [...photo, ...cells, reason]);
}

function faceCells({ score, box, points }: CutFace): string[] {
  const places = [box.x, box.y, box.width, box.height, ...points.flatMap(({ x, y }) => [x, y])];
  return [score, ...places].map(String);
}
