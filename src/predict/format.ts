/** Predictions as text, one line a file. */
import { csvLine } from '../io/csv-line.js';
import type { Prediction } from '../recognise/prediction.js';
import { topK } from '../recognise/prediction.js';
import type { FileResult } from '../recognise/recognise-files.js';

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
export interface Formatter {
  readonly header: string;
  line(result: FileResult): string;
}

export function formatter(format: PredictionFormat, options: FormatOptions): Formatter {
  return { table: tableFormatter, jsonl: jsonlFormatter, csv: csvFormatter }[format](options);
}

/** Significant decimals of a probability: float32 arithmetic has no more. */
function round(probability: number): number {
  return Number(probability.toFixed(6));
}

function tableFormatter({ labels, topK: k }: FormatOptions): Formatter {
  const width = Math.max(...labels.map((label) => label.length));
  const cell = ({ label, probability }: { label: string; probability: number }) =>
    `${label.padEnd(width)} ${(100 * probability).toFixed(1).padStart(5)} %`;
  return {
    header: '',
    line: ({ path, prediction }) =>
      prediction ? `${topK(prediction, k).map(cell).join('   ')}   ${path}\n` : '',
  };
}

function jsonlFormatter({ topK: k, embedding }: FormatOptions): Formatter {
  const describe = (prediction: Prediction) => ({
    label: prediction.label,
    probability: round(prediction.probability),
    probabilities: Object.fromEntries(prediction.probabilities.map((p) => [p.label, round(p.probability)])),
    ...(k > 1 && { top: topK(prediction, k).map(({ label, probability }) => [label, round(probability)]) }),
    ...(embedding > 0 && prediction.embedding && { embedding: Array.from(prediction.embedding) }),
  });
  return {
    header: '',
    line: ({ path, prediction, error }) =>
      `${JSON.stringify(error ? { path, error: error.message } : { path, ...describe(prediction) })}\n`,
  };
}

function csvFormatter({ labels, topK: k, embedding }: FormatOptions): Formatter {
  const tops =
    k > 1 ? Array.from({ length: k }, (_, i) => [`top${i + 1}`, `top${i + 1}_probability`]).flat() : [];
  const features = Array.from({ length: embedding }, (_, i) => `embedding_${i}`);
  const columns = [
    'path',
    'label',
    'probability',
    ...labels.map((label) => `p_${label}`),
    ...tops,
    ...features,
    'error',
  ];
  const values = (prediction: Prediction) => [
    prediction.label,
    round(prediction.probability),
    ...prediction.probabilities.map(({ probability }) => round(probability)),
    ...(k > 1 ? topK(prediction, k).flatMap(({ label, probability }) => [label, round(probability)]) : []),
    ...(embedding > 0 ? prediction.embedding! : []),
    '',
  ];
  const blanks = Array<string>(columns.length - 2).fill('');
  return {
    header: csvLine(columns),
    line: ({ path, prediction, error }) =>
      csvLine(error ? [path, ...blanks, error.message] : [path, ...values(prediction)].map(String)),
  };
}
