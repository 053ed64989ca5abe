/** The table of what became of every photo: a row for each face that was cut out, one for a photo without. */
import { relative } from 'node:path';
import { csvLine } from '../../../util/csv-line.js';
import type { CutFace } from './photo-outcome.js';
import { cropPath } from './photo-source.js';
import type { AlignedData, Outcomes, Photo, PhotoSource } from './types.js';

const pointNames = ['left_eye', 'right_eye', 'nose', 'left_mouth', 'right_mouth'];

const faceColumns = [
  ...['crop', 'score', 'box_x', 'box_y', 'box_width', 'box_height'],
  ...pointNames.flatMap((name) => [`${name}_x`, `${name}_y`]),
];

const columns = ['photo', 'split', 'class', 'result', 'faces_found', ...faceColumns, 'reason'];

/** Coordinates are in pixels of the upright photo. */
export function facesCsv(data: AlignedData, { photos }: PhotoSource, outcomes: Outcomes): string {
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
