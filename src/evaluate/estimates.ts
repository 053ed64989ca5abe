/** Figures of an evaluation that need the single images for their intervals. Browser-safe. */
import { seededRandom } from '../tensor/random.js';
import { classCalibrationErrors, expectedCalibrationError, reliabilityBins } from './calibration.js';
import { confusionMatrix, confusionMetrics, total } from './metrics.js';
import type { ImagePrediction, ScoredPrediction } from './prediction.js';
import type { EvaluationResult, Trust, VotesFigures } from './result.js';
import { bootstrap, defaultResamples, type Estimate, meanOver } from './statistics/bootstrap.js';
import { answerGaps, classGaps, holding, resampledError } from './statistics/calibration-gaps.js';
import { brierScore, crossEntropy, divergence } from './statistics/distances.js';

/** Images drawn in all resamples together: what takes about a second; fewer resamples for larger datasets. */
const maxDrawn = 2e7;

function estimate(count: number, figures: (images: Uint32Array) => readonly number[]): Estimate[] {
  const affordable = Math.max(200, Math.floor(maxDrawn / count));
  const resamples = Math.min(defaultResamples, affordable);
  return bootstrap(count, figures, { random: seededRandom(1), resamples });
}

/** Estimates of means over images. */
function meanEstimates(columns: readonly Float64Array[]): Estimate[] {
  return estimate(columns[0]!.length, (images) => columns.map((values) => meanOver(values, images)));
}

/** Intervals of the figures that no formula gives one for. */
export function intervalsOf(
  scored: readonly ScoredPrediction[],
  classCount: number,
): NonNullable<EvaluationResult['intervals']> {
  const [meanClassAccuracy, macroF1, ...f1] = estimate(scored.length, (images) => {
    const drawn = Array.from(images, (i) => scored[i]!);
    const matrix = confusionMatrix(drawn, classCount);
    const metrics = confusionMetrics(matrix);
    // of a class that a resample has neither as truth nor as answer there is no F1
    const ofClasses = metrics.perClass.map(({ f1, support }, i) =>
      support + total(matrix.map((row) => row[i]!)) > 0 ? f1 : Number.NaN,
    );
    return [metrics.meanClassAccuracy, metrics.macroF1, ...ofClasses];
  });
  const nothing = { value: 0, low: 0, high: 0 };
  return {
    meanClassAccuracy: meanClassAccuracy!,
    macroF1: macroF1!,
    f1: f1.map((one) => (Number.isNaN(one.value) ? nothing : one)),
  };
}

/** How far the probabilities can be trusted. */
export function trustOf(scored: readonly ScoredPrediction[], classCount: number): Trust {
  const reliability = reliabilityBins(scored);
  const [loss, brier] = meanEstimates([
    Float64Array.from(scored, (one) => one.loss),
    Float64Array.from(scored, ({ label, probabilities }) => brierScore(label, probabilities)),
  ]);
  const [answers, classes] = [answerGaps(scored), classGaps(scored, classCount)];
  const [answerError, classError] = estimate(scored.length, (images) => [
    resampledError(answers, images),
    resampledError(classes, images),
  ]);
  const error = expectedCalibrationError(reliability);
  const classwiseError = total(classCalibrationErrors(scored, classCount)) / classCount;
  return {
    reliability,
    crossEntropy: loss!,
    calibrationError: { value: error, ...holding(error, answerError!) },
    classwiseError,
    classwiseInterval: holding(classwiseError, classError!),
    brier: brier!,
  };
}

/** How the probabilities stand to people's votes; nothing where no face has votes. */
export function votesOf(
  predictions: readonly ImagePrediction[],
  scored: readonly ScoredPrediction[],
): { votes?: VotesFigures } {
  const voted = predictions.flatMap(({ shares }, i) => (shares ? [{ shares, ...scored[i]! }] : []));
  if (voted.length === 0) return {};
  const column = (of: (one: (typeof voted)[number]) => number) => Float64Array.from(voted, of);
  const estimates = meanEstimates([
    column(({ shares, probabilities }) => crossEntropy(shares, probabilities)),
    column(({ shares, probabilities }) => divergence(shares, probabilities)),
    column(({ shares }) => crossEntropy(shares, shares)),
    column(({ shares, label }) => shares[label]!),
    column(({ predicted, label }) => (predicted === label ? 1 : 0)),
  ]);
  const [loss, distance, entropy, rater, model] = estimates as [
    Estimate,
    Estimate,
    Estimate,
    Estimate,
    Estimate,
  ];
  const faces = voted.length;
  return { votes: { faces, crossEntropy: loss, divergence: distance, entropy: entropy.value, rater, model } };
}
