/**
 * How far a classifier's confidence can be trusted. Browser-safe.
 *
 * Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2.
 */
import type { ScoredPrediction } from './prediction.js';

/** The images whose confidence lies in (low, high]. */
export interface ReliabilityBin {
  low: number;
  high: number;
  count: number;
  /** Mean confidence of the bin's images, 0 for an empty bin. */
  confidence: number;
  /** Share of the bin's images that are right, 0 for an empty bin. */
  accuracy: number;
}

/** What calibration is measured by; as predictions.csv holds it, too. */
export type LabelledPrediction = Pick<ScoredPrediction, 'label' | 'predicted'> & {
  readonly probabilities: ArrayLike<number>;
};

/** Groups predictions by the confidence (largest probability) into bins of equal width over (0, 1]. */
export function reliabilityBins(predictions: Iterable<LabelledPrediction>, binCount = 15): ReliabilityBin[] {
  return binned(
    predictions,
    ({ probabilities, predicted }) => probabilities[predicted]!,
    ({ predicted, label }) => predicted === label,
    binCount,
  );
}

/** Bins of what a class's probability was, and how often the image was of the class. */
function classBins(
  predictions: Iterable<LabelledPrediction>,
  index: number,
  binCount: number,
): ReliabilityBin[] {
  return binned(
    predictions,
    ({ probabilities }) => probabilities[index]!,
    ({ label }) => label === index,
    binCount,
  );
}

function binned(
  predictions: Iterable<LabelledPrediction>,
  confidenceOf: (prediction: LabelledPrediction) => number,
  isRight: (prediction: LabelledPrediction) => boolean,
  binCount: number,
): ReliabilityBin[] {
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, correct: 0 }));
  for (const prediction of predictions) {
    const confidence = confidenceOf(prediction);
    const bin = sums[binIndex(confidence, binCount)]!;
    bin.count++;
    bin.confidence += confidence;
    bin.correct += isRight(prediction) ? 1 : 0;
  }
  return sums.map(({ count, confidence, correct }, i) => ({
    low: i / binCount,
    high: (i + 1) / binCount,
    count,
    confidence: count === 0 ? 0 : confidence / count,
    accuracy: count === 0 ? 0 : correct / count,
  }));
}

/** Expected calibration error in [0, 1]: the bins' gaps between confidence and accuracy, weighted by count. */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  const samples = bins.reduce((sum, bin) => sum + bin.count, 0);
  const gaps = bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.accuracy - bin.confidence), 0);
  return samples === 0 ? 0 : gaps / samples;
}

/**
 * Calibration error of every class's probability, not of the answer's alone, and their mean is the classwise error
 * (Kull et al., "Beyond temperature scaling", NeurIPS 2019).
 */
export function classCalibrationErrors(
  predictions: readonly LabelledPrediction[],
  classCount: number,
  binCount = 15,
): number[] {
  return Array.from({ length: classCount }, (_, index) =>
    expectedCalibrationError(classBins(predictions, index, binCount)),
  );
}

/** The bin (i / n, (i + 1) / n] that holds a confidence; rounding in exp may carry it a hair outside (0, 1]. */
export function binIndex(confidence: number, binCount: number): number {
  return Math.min(binCount - 1, Math.max(0, Math.ceil(confidence * binCount) - 1));
}
