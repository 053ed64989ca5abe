/** Predictions as text, one line a file. */

import { type Prediction, topK } from '../../recognise/prediction.js';
import type { FileResult } from '../../recognise/recognise-files.js';
import { csvLine } from '../../util/csv-line.js';

export const predictionFormats = ['table', 'jsonl', 'csv'] as const;
export type PredictionFormat = (typeof predictionFormats)[number];

export interface FormatOptions {
  readonly labels: readonly string[];
  /** How many of the most probable classes to list. */
  readonly topK: number;
  /** Length of the embeddings to write; 0 for none. */
  readonly embedding: number;
}

/**
 * Turns results into lines; `header` comes first in a new file. The table leaves out what could not be read,
 * which is told elsewhere.
 */
export interface Formatter<Result> {
  readonly header: string;
  line(result: Result): string;
}

export function formatter(format: PredictionFormat, options: FormatOptions): Formatter<FileResult> {
  return { table: tableFormatter, jsonl: jsonlFormatter, csv: csvFormatter }[format](options);
}

/** Significant decimals of a probability: float32 arithmetic has no more. */
function round(probability: number): number {
  return Number(probability.toFixed(6));
}

/** The most probable classes, aligned. */
export function tableCells(
  prediction: Pick<Prediction, 'probabilities'>,
  { labels, topK: k }: FormatOptions,
): string {
  const width = Math.max(...labels.map((label) => label.length));
  return topK(prediction, k)
    .map(({ label, probability }) => `${label.padEnd(width)} ${(100 * probability).toFixed(1).padStart(5)} %`)
    .join('   ');
}

function tableFormatter(options: FormatOptions): Formatter<FileResult> {
  return {
    header: '',
    line: ({ path, prediction }) => (prediction ? `${tableCells(prediction, options)}   ${path}\n` : ''),
  };
}

/** What is written of a prediction, and of one that was evened out over time. */
export type WrittenPrediction = Pick<Prediction, 'label' | 'probability' | 'probabilities' | 'embedding'>;

/** A prediction as a plain object. */
export function describePrediction(prediction: WrittenPrediction, { topK: k, embedding }: FormatOptions) {
  return {
    label: prediction.label,
    probability: round(prediction.probability),
    probabilities: Object.fromEntries(prediction.probabilities.map((p) => [p.label, round(p.probability)])),
    ...(k > 1 && { top: topK(prediction, k).map(({ label, probability }) => [label, round(probability)]) }),
    ...(embedding > 0 && prediction.embedding && { embedding: Array.from(prediction.embedding) }),
  };
}

function jsonlFormatter(options: FormatOptions): Formatter<FileResult> {
  return {
    header: '',
    line: ({ path, prediction, error }) =>
      `${JSON.stringify(error ? { path, error: error.message } : { path, ...describePrediction(prediction, options) })}\n`,
  };
}

/** The columns of a prediction; `csvValues` fills them. */
export function csvColumns({ labels, topK: k, embedding }: FormatOptions): string[] {
  const ranks = k > 1 ? Array.from({ length: k }, (_, i) => `top${i + 1}`) : [];
  return [
    'label',
    'probability',
    ...labels.map((label) => `p_${label}`),
    ...ranks.flatMap((rank) => [rank, `${rank}_probability`]),
    ...Array.from({ length: embedding }, (_, i) => `embedding_${i}`),
  ];
}

export function csvValues(
  prediction: WrittenPrediction,
  { topK: k, embedding }: FormatOptions,
): (string | number)[] {
  const ranked = k > 1 ? topK(prediction, k) : [];
  return [
    prediction.label,
    round(prediction.probability),
    ...prediction.probabilities.map(({ probability }) => round(probability)),
    ...ranked.flatMap(({ label, probability }) => [label, round(probability)]),
    ...(embedding > 0 ? prediction.embedding! : []),
  ];
}

function csvFormatter(options: FormatOptions): Formatter<FileResult> {
  const columns = ['path', ...csvColumns(options), 'error'];
  const blanks = Array<string>(columns.length - 2).fill('');
  return {
    header: csvLine(columns),
    line: ({ path, prediction, error }) =>
      csvLine(
        error ? [path, ...blanks, error.message] : [path, ...csvValues(prediction, options), ''].map(String),
      ),
  };
}
