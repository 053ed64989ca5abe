/**
 * Turns the predictions of a whole dataset into an evaluation result. Browser-safe.
 */
import { PosterError } from '../errors.js';
import { expectedCalibrationError, reliabilityBins } from './calibration.js';
import { diagnoseClassOrder } from './diagnose.js';
import { intervalsOf, trustOf, votesOf } from './estimates.js';
import { confusionMatrix, confusionMetrics } from './metrics.js';
import {
  type Failure,
  type ImagePrediction,
  type ScoredPrediction,
  scorePrediction,
  scorePredictions,
} from './prediction.js';
import { publishedFigure } from './published.js';
import { type EvaluationResult, type Mistake, resultVersion } from './result.js';

/** What was evaluated and what came out, before any figure is computed. */
export interface Evaluation {
  readonly dataset: EvaluationResult['dataset'];
  readonly checkpoint: EvaluationResult['checkpoint'];
  readonly classes: readonly string[];
  /** What the logits have been divided by; 1 where absent. */
  readonly temperature?: number | undefined;
  /** What classes were counted as, where they were not the model's own. */
  readonly mapping?: EvaluationResult['mapping'];
  readonly predictions: readonly ImagePrediction[];
  readonly failures: readonly Failure[];
  /** Wall-clock time the images took, in seconds. */
  readonly seconds: number;
  readonly configuration: EvaluationResult['configuration'];
  readonly created?: Date;
  /** How many of the most confident mistakes to keep; 24 where absent. */
  readonly mistakeCount?: number;
}

/**
 * Computes every figure of an evaluation.
 *
 * @throws PosterError `data.layout` where there are no predictions or a label is out of range,
 * `engine.failed` where logits are not finite or not one per class.
 */
export function summariseEvaluation(evaluation: Evaluation): EvaluationResult {
  const { dataset, checkpoint, predictions, failures, seconds, configuration, mapping } = evaluation;
  if (predictions.length === 0) throw nothingToEvaluate(evaluation);
  const classes = [...evaluation.classes];
  const scored = scorePredictions(predictions, classes.length);
  const matrix = confusionMatrix(scored, classes.length);
  const reliability = reliabilityBins(scored);
  return {
    version: resultVersion,
    created: (evaluation.created ?? new Date()).toISOString(),
    dataset,
    checkpoint,
    classes,
    metrics: {
      ...confusionMetrics(matrix),
      crossEntropy: meanLoss(scored),
      calibrationError: expectedCalibrationError(reliability),
    },
    matrix,
    reliability,
    intervals: intervalsOf(scored, classes.length),
    trust: trustOf(scored, classes.length),
    ...calibrationOf(evaluation, classes.length),
    ...votesOf(predictions, scored),
    ...(mapping && { mapping }),
    // published figures and the order of the outputs are of the model's own classes
    published: mapping ? null : publishedFigure(dataset.type, dataset.split),
    mistakes: mostConfidentErrors(scored, evaluation.mistakeCount ?? 24),
    diagnosis: mapping ? null : diagnoseClassOrder(matrix, classes),
    failures: failures.map(({ path, error }) => ({ path, error })),
    timing: { seconds, imagesPerSecond: seconds > 0 ? predictions.length / seconds : 0 },
    configuration,
  };
}

/** How the answers would be trusted if the model had no temperature; nothing where it has none. */
function calibrationOf({ temperature = 1, predictions }: Evaluation, classCount: number) {
  if (temperature === 1) return {};
  const raw = predictions.map((prediction) => {
    const logits = prediction.logits.map((logit) => logit * temperature);
    return scorePrediction({ ...prediction, logits }, classCount);
  });
  return { calibration: { temperature, before: trustOf(raw, classCount) } };
}

function nothingToEvaluate({ dataset, failures }: Evaluation): PosterError {
  const first = failures[0] ? ` (the first is ${failures[0].path}: ${failures[0].error})` : '';
  return new PosterError(
    'data.layout',
    `Expected at least one readable image of ${dataset.name} but ${failures.length} failed${first}; check the dataset.`,
  );
}

function meanLoss(scored: readonly ScoredPrediction[]): number {
  return scored.reduce((sum, { loss }) => sum + loss, 0) / scored.length;
}

/** The wrong answers of highest confidence, surest first; equal ones in the order they came. */
function mostConfidentErrors(scored: readonly ScoredPrediction[], limit: number): Mistake[] {
  return scored
    .filter(({ label, predicted }) => label !== predicted)
    .map(({ path, label, predicted, probabilities }) => ({
      path,
      label,
      predicted,
      confidence: probabilities[predicted]!,
      labelProbability: probabilities[label]!,
    }))
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, limit);
}
