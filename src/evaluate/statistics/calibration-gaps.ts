/**
 * Calibration errors of resampled images, quickly: in a bin, images times the gap between confidence and accuracy is the
 * sum of what each image's confidence lies above its truth. Browser-safe.
 */
import { binIndex, type LabelledPrediction } from '../calibration.js';
import type { Interval } from '../metrics.js';

const binCount = 15;

/** For each image and column (one, or every class): confidence less truth, and the bin of the confidence. */
export interface CalibrationGaps {
  readonly columns: number;
  readonly gaps: Float64Array;
  readonly bins: Uint8Array;
}

/** Of the answers alone: one column. */
export function answerGaps(answers: readonly LabelledPrediction[]): CalibrationGaps {
  return gapsOf(answers, 1, ({ probabilities, predicted, label }) => [
    probabilities[predicted]!,
    predicted === label,
  ]);
}

/** Of every class's probability. */
export function classGaps(answers: readonly LabelledPrediction[], classes: number): CalibrationGaps {
  return gapsOf(answers, classes, ({ probabilities, label }, column) => [
    probabilities[column]!,
    label === column,
  ]);
}

function gapsOf(
  answers: readonly LabelledPrediction[],
  columns: number,
  of: (one: LabelledPrediction, column: number) => readonly [confidence: number, isTrue: boolean],
): CalibrationGaps {
  const gaps = new Float64Array(answers.length * columns);
  const bins = new Uint8Array(gaps.length);
  answers.forEach((one, image) => {
    for (let column = 0; column < columns; column++) {
      const [confidence, isTrue] = of(one, column);
      gaps[image * columns + column] = confidence - (isTrue ? 1 : 0);
      bins[image * columns + column] = binIndex(confidence, binCount);
    }
  });
  return { columns, gaps, bins };
}

/** The calibration error of these images, some of them several times; the mean over the columns. */
export function resampledError({ columns, gaps, bins }: CalibrationGaps, images: Uint32Array): number {
  const sums = new Float64Array(columns * binCount);
  for (let i = 0; i < images.length; i++) {
    const row = images[i]! * columns;
    for (let column = 0; column < columns; column++)
      sums[column * binCount + bins[row + column]!]! += gaps[row + column]!;
  }
  let error = 0;
  for (const sum of sums) error += Math.abs(sum);
  return error / images.length / columns;
}

/**
 * The interval of a calibration error, stretched to the error itself: resampling adds gaps by chance, so that with few
 * images all of the interval may lie above it.
 */
export function holding(error: number, { low, high }: Interval): Interval {
  return { low: Math.min(low, error), high: Math.max(high, error) };
}
