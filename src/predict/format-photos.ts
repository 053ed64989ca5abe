/** The faces of photos as text. */
import { csvLine } from '../io/csv-line.js';
import type { PhotoResult, RecognisedFace } from '../recognise/recognise-faces.js';
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
  const describe = ({ box, score, points, landmarks, prediction }: RecognisedFace) => ({
    box: { x: tenths(box.x), y: tenths(box.y), width: tenths(box.width), height: tenths(box.height) },
    score: Number(score.toFixed(4)),
    points: points.map(({ x, y }) => [tenths(x), tenths(y)]),
    ...(landmarks && { landmarks: landmarks.map(({ x, y }) => [tenths(x), tenths(y)]) }),
    ...describePrediction(prediction, options),
  });
  return {
    header: '',
    line: ({ path, faces, error }) =>
      `${JSON.stringify(error ? { path, error: error.message } : { path, faces: faces.map(describe) })}\n`,
  };
}

function csvFormatter(options: FormatOptions): Formatter<PhotoResult> {
  const place = ['face', 'x', 'y', 'width', 'height', 'score'];
  const columns = ['path', ...place, ...csvColumns(options), 'error'];
  const blank = (path: string, error: string) => [path, ...Array<string>(columns.length - 2).fill(''), error];
  const row = (path: string, { box, score, prediction }: RecognisedFace, i: number) => [
    path,
    i + 1,
    ...[box.x, box.y, box.width, box.height].map(tenths),
    score.toFixed(4),
    ...csvValues(prediction, options),
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
