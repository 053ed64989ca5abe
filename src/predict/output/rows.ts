/** What is written of face crops, of the faces of photos and of those of a video's frames. */
import type { PosterError } from '../../errors.js';
import type { Face } from '../../faces/find-faces.js';
import { type ClassProbability, type Prediction, topK } from '../../recognise/prediction.js';
import type { RecognisedFace } from '../../recognise/recognise-faces.js';
import type { FileResult, Recogniser } from '../../recognise/recognise-files.js';
import type { PhotoResult } from '../../recognise/recognise-photos.js';
import type { TrackedFace, VideoFrame } from '../../video/recognise-video.js';
import type { SmoothedPrediction } from '../../video/smooth.js';
import type { Timeline } from '../../video/timeline.js';
import type { Cell, RowsOf } from './format.js';

export interface RowOptions {
  /** How many of the most probable classes to list. Default 1. */
  readonly topK?: number | undefined;
  readonly embedding?: boolean | undefined;
}

type Readable<Result> = Exclude<Result, { readonly error: PosterError }>;

export function fileRows(model: Recogniser, options: RowOptions): RowsOf<Readable<FileResult>> {
  const cells = predictionCells(model, options);
  return {
    table: ({ path, prediction }) => [`${cells.table(prediction)}   ${path}`],
    json: ({ prediction }) => ({ prediction: cells.json(prediction) }),
    columns: cells.columns,
    rows: ({ prediction }) => [cells.values(prediction)],
  };
}

export function photoRows(model: Recogniser, options: RowOptions): RowsOf<Readable<PhotoResult>> {
  const cells = predictionCells(model, options);
  const describe = (face: RecognisedFace) => ({
    ...describePlace(face),
    ...(face.landmarks && { landmarks: face.landmarks.map(({ x, y }) => ({ x: tenths(x), y: tenths(y) })) }),
    prediction: cells.json(face.prediction),
  });
  return {
    table: ({ path, faces }) =>
      faces.length === 0
        ? [`${path}: no face`]
        : faces.map((face) => `${cells.table(face.prediction)}   ${path}, ${placeText(face)}`),
    json: ({ width, height, faces }) => ({ width, height, faces: faces.map(describe) }),
    columns: ['face', ...placeColumns, ...cells.columns],
    rows: ({ faces }) =>
      faces.map((face, i) => [i + 1, ...placeValues(face), ...cells.values(face.prediction)]),
  };
}

/** A frame of the video at a path. */
export type FrameResult =
  | (VideoFrame & { readonly path: string; readonly error?: undefined })
  | { readonly path: string; readonly error: PosterError };

/** The table has nothing for a frame: see {@link timelineTable}. */
export function frameRows(model: Recogniser, options: RowOptions): RowsOf<Readable<FrameResult>> {
  const cells = predictionCells(model, options);
  const unsmoothed = predictionCells(model, {});
  const columns = [
    ...['track', ...placeColumns, ...cells.columns],
    ...unsmoothed.columns.map((column) => `unsmoothed_${column}`),
  ];
  const blanks = columns.map(() => '');
  const describe = (face: TrackedFace) => ({
    track: face.track,
    ...describePlace(face),
    prediction: cells.json(face.prediction),
    smoothed: cells.json(face.smoothed),
  });
  const values = (face: TrackedFace): Cell[] => [
    ...[face.track, ...placeValues(face), ...cells.values(smoothed(face))],
    ...unsmoothed.values(face.prediction),
  ];
  return {
    table: () => [],
    json: ({ index, time, faces }) => ({
      index,
      time: milliseconds(time),
      faces: faces.map(describe),
    }),
    columns: ['frame', 'time', ...columns],
    rows: ({ index, time, faces }) =>
      (faces.length > 0 ? faces.map(values) : [blanks]).map((row) => [index, milliseconds(time), ...row]),
  };
}

/** A line for each face of a video, at its end. */
export function timelineTable(
  model: Recogniser,
  options: RowOptions,
): (path: string, timeline: Timeline) => string {
  const cells = predictionCells(model, options);
  return (path, { tracks, trackCount }) => {
    if (trackCount === 0) return `${path}: no face\n`;
    const left = trackCount - tracks.length;
    const rows = tracks.map((track) => {
      const { from, to } = track;
      return `${cells.table(track)}   ${path}, face ${track.track}, ${from.toFixed(1)} to ${to.toFixed(1)} s\n`;
    });
    return rows.join('') + (left > 0 ? `${path}: ${left} more faces, for shorter times\n` : '');
  };
}

/** A prediction of one image, or one that was smoothed over time, which has no logits. */
type WrittenPrediction = SmoothedPrediction & Partial<Prediction>;

function smoothed({ smoothed, prediction: { embedding } }: TrackedFace): WrittenPrediction {
  return { ...smoothed, ...(embedding && { embedding }) };
}

/** A prediction in each of the formats. */
function predictionCells({ labels, network }: Recogniser, options: RowOptions) {
  const k = Math.min(options.topK ?? 1, labels.length);
  const width = Math.max(...labels.map((label) => label.length));
  const ranks = k > 1 ? Array.from({ length: k }, (_, i) => `top${i + 1}`) : [];
  const top = (prediction: Pick<Prediction, 'probabilities'>): ClassProbability[] =>
    topK(prediction, k).map(({ label, probability }) => ({ label, probability: round(probability) }));
  return {
    table: (prediction: Pick<Prediction, 'probabilities'>) =>
      topK(prediction, k)
        .map(({ label, probability: p }) => `${label.padEnd(width)} ${(100 * p).toFixed(1).padStart(5)} %`)
        .join('   '),
    json: ({ label, probability, index, probabilities, logits, embedding }: WrittenPrediction) => ({
      label,
      probability: round(probability),
      index,
      probabilities: Object.fromEntries(labels.map((each) => [each, round(probabilities[each]!)])),
      ...(k > 1 && { top: top({ probabilities }) }),
      ...(logits && { logits: logits.map(round) }),
      ...(options.embedding && embedding && { embedding }),
    }),
    columns: [
      ...['label', 'probability', ...labels.map((label) => `p_${label}`)],
      ...ranks.flatMap((rank) => [rank, `${rank}_probability`]),
      ...Array.from({ length: options.embedding ? network.embedding : 0 }, (_, i) => `embedding_${i}`),
    ],
    values: (prediction: WrittenPrediction): Cell[] => [
      prediction.label,
      round(prediction.probability),
      ...labels.map((label) => round(prediction.probabilities[label]!)),
      ...(k > 1 ? top(prediction).flatMap(({ label, probability }) => [label, probability]) : []),
      ...(options.embedding ? prediction.embedding! : []),
    ],
  };
}

/** Where a face is, as a plain object. */
function describePlace({ box, score, points }: Face) {
  return {
    box: { x: tenths(box.x), y: tenths(box.y), width: tenths(box.width), height: tenths(box.height) },
    score: Number(score.toFixed(4)),
    points: points.map(({ x, y }) => ({ x: tenths(x), y: tenths(y) })),
  };
}

const placeColumns = ['x', 'y', 'width', 'height', 'score'];

function placeValues({ box, score }: Face): Cell[] {
  return [...[box.x, box.y, box.width, box.height].map(tenths), score.toFixed(4)];
}

function placeText({ box }: Face): string {
  return `${Math.round(box.width)} x ${Math.round(box.height)} at ${Math.round(box.x)}, ${Math.round(box.y)}`;
}

/** Significant decimals of a probability or a logit: float32 arithmetic has no more. */
function round(value: number): number {
  return Number(value.toFixed(6));
}

/** Tenths of a pixel are finer than any landmark is placed. */
function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Milliseconds: containers hardly know time finer. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
