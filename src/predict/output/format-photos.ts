/** The faces of photos as text. */
import type { Face } from '../../faces/find-faces.js';
import type { RecognisedFace } from '../../recognise/recognise-faces.js';
import type { PhotoResult } from '../../recognise/recognise-photos.js';
import { csvLine } from '../../util/csv-line.js';
import {
  csvColumns,
  csvValues,
  describePrediction,
  type FormatOptions,
  type Formatter,
  type PredictionFormat,
  tableCells,
} from './format.js';

export function photoFormatter(format: PredictionFormat, options: FormatOptions): Formatter<PhotoResult> {
  return { table: tableFormatter, jsonl: jsonlFormatter, csv: csvFormatter }[format](options);
}

/** Tenths of a pixel are finer than any landmark is placed. */
function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Where a face is, as a plain object. */
export function describePlace({ box, score, points }: Face) {
  return {
    box: { x: tenths(box.x), y: tenths(box.y), width: tenths(box.width), height: tenths(box.height) },
    score: Number(score.toFixed(4)),
    points: points.map(({ x, y }) => [tenths(x), tenths(y)]),
  };
}

/** The columns of a face's place; `placeValues` fills them. */
export const placeColumns = ['x', 'y', 'width', 'height', 'score'] as const;

export function placeValues({ box, score }: Face): string[] {
  return [...[box.x, box.y, box.width, box.height].map((value) => `${tenths(value)}`), score.toFixed(4)];
}

function tableFormatter(options: FormatOptions): Formatter<PhotoResult> {
  const place = ({ box }: RecognisedFace) =>
    `${Math.round(box.width)} x ${Math.round(box.height)} at ${Math.round(box.x)}, ${Math.round(box.y)}`;
  return {
    header: '',
    line({ path, faces }) {
      if (!faces) return '';
      if (faces.length === 0) return `${path}: no face\n`;
      return faces
        .map((face) => `${tableCells(face.prediction, options)}   ${path}, ${place(face)}\n`)
        .join('');
    },
  };
}

function jsonlFormatter(options: FormatOptions): Formatter<PhotoResult> {
  const describe = (face: RecognisedFace) => ({
    ...describePlace(face),
    ...(face.landmarks && { landmarks: face.landmarks.map(({ x, y }) => [tenths(x), tenths(y)]) }),
    ...describePrediction(face.prediction, options),
  });
  return {
    header: '',
    line: ({ path, faces, error }) =>
      `${JSON.stringify(error ? { path, error: error.message } : { path, faces: faces.map(describe) })}\n`,
  };
}

function csvFormatter(options: FormatOptions): Formatter<PhotoResult> {
  const columns = ['path', 'face', ...placeColumns, ...csvColumns(options), 'error'];
  const blank = (path: string, error: string) => [path, ...Array<string>(columns.length - 2).fill(''), error];
  const row = (path: string, face: RecognisedFace, i: number) => [
    path,
    i + 1,
    ...placeValues(face),
    ...csvValues(face.prediction, options),
    '',
  ];
  return {
    header: csvLine(columns),
    line({ path, faces, error }) {
      if (!faces || faces.length === 0) return csvLine(blank(path, error?.message ?? ''));
      return faces.map((face, i) => csvLine(row(path, face, i).map(String))).join('');
    },
  };
}
