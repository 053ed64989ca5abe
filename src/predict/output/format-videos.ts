/** The faces of videos as text. */
import type { PosterError } from '../../errors.js';
import { csvLine } from '../../util/csv-line.js';
import type { TrackedFace, VideoFrame } from '../../video/recognise-video.js';
import type { Timeline, TimelineTrack } from '../../video/timeline.js';
import {
  csvColumns,
  csvValues,
  describePrediction,
  type FormatOptions,
  type PredictionFormat,
  tableCells,
} from './format.js';
import { describePlace, placeColumns, placeValues } from './format-photos.js';

/**
 * Turns a video into lines: jsonl and csv frame by frame as they come, the table face by face at the end.
 * `header` comes first in the output.
 */
export interface VideoFormatter {
  readonly header: string;
  frame(frame: VideoFrame): string;
  end(path: string, timeline: Timeline): string;
  error(path: string, error: PosterError): string;
}

export function videoFormatter(format: PredictionFormat, options: FormatOptions): VideoFormatter {
  return { table: tableFormatter, jsonl: jsonlFormatter, csv: csvFormatter }[format](options);
}

/** Milliseconds: containers hardly know time finer. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function written({ smoothed, prediction: { embedding } }: TrackedFace) {
  return { ...smoothed, ...(embedding && { embedding }) };
}

function tableFormatter(options: FormatOptions): VideoFormatter {
  const times = ({ from, to }: TimelineTrack) => `${from.toFixed(1)} to ${to.toFixed(1)} s`;
  const row = (path: string, track: TimelineTrack) =>
    `${tableCells(track, options)}   ${path}, face ${track.track}, ${times(track)}\n`;
  return {
    header: '',
    frame: () => '',
    end(path, { tracks, trackCount }) {
      if (trackCount === 0) return `${path}: no face\n`;
      const left = trackCount - tracks.length;
      const rows = tracks.map((track) => row(path, track));
      return rows.join('') + (left > 0 ? `${path}: ${left} more faces, for shorter times\n` : '');
    },
    error: () => '',
  };
}

function jsonlFormatter(options: FormatOptions): VideoFormatter {
  const plain = { ...options, topK: 1, embedding: 0 };
  const describe = (face: TrackedFace) => ({
    track: face.track,
    ...describePlace(face),
    ...describePrediction(written(face), options),
    unsmoothed: describePrediction(face.prediction, plain),
  });
  return {
    header: '',
    frame: ({ video: { path }, index, time, faces }) =>
      `${JSON.stringify({ path, frame: index, time: milliseconds(time), faces: faces.map(describe) })}\n`,
    end: () => '',
    error: (path, { message }) => `${JSON.stringify({ path, error: message })}\n`,
  };
}

function csvFormatter(options: FormatOptions): VideoFormatter {
  const plain = { ...options, topK: 1, embedding: 0 };
  const unsmoothed = csvColumns(plain).map((column) => `unsmoothed_${column}`);
  const faceColumns = ['track', ...placeColumns, ...csvColumns(options), ...unsmoothed];
  const blanks = faceColumns.map(() => '');
  const values = (face: TrackedFace) => [
    face.track,
    ...placeValues(face),
    ...csvValues(written(face), options),
    ...csvValues(face.prediction, plain),
  ];
  return {
    header: csvLine(['path', 'frame', 'time', ...faceColumns, 'error']),
    frame({ video: { path }, index, time, faces }) {
      const rows = faces.length > 0 ? faces.map(values) : [blanks];
      return rows.map((row) => csvLine([path, index, milliseconds(time), ...row, ''].map(String))).join('');
    },
    end: () => '',
    error: (path, { message }) => csvLine([path, '', '', ...blanks, message]),
  };
}
