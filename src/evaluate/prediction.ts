/**
 * What a network said about labelled images, and the numbers derived from one such statement. Browser-safe.
 */
import { PosterError } from '../errors.js';
import { argmax, logSumExp, requireFiniteLogits } from '../tensor/logits.js';

/** One image's true class index and the network's logits, one per class. */
export interface ImagePrediction {
  readonly path: string;
  readonly label: number;
  readonly logits: Float32Array;
  /** How people's votes are spread over the classes, with the sum 1, where that is known. */
  readonly shares?: readonly number[] | undefined;
}

/** An image that could not be evaluated, and why. */
export interface Failure {
  readonly path: string;
  readonly error: string;
}

/** A prediction with what follows from its logits. All arithmetic is in float64. */
export interface ScoredPrediction {
  readonly path: string;
  readonly label: number;
  /** Index of the largest logit; the first one where several are equal, as numpy's argmax. */
  readonly predicted: number;
  /** Softmax of the logits: one value in [0, 1] per class, summing to 1. */
  readonly probabilities: Float64Array;
  /** Cross entropy in nats: -log of the true class's probability. */
  readonly loss: number;
}

/**
 * Scores one prediction over `classCount` classes.
 *
 * @throws PosterError `engine.failed` where the logits are not `classCount` finite numbers, `data.layout`
 * where the label is no class index.
 */
export function scorePrediction(prediction: ImagePrediction, classCount: number): ScoredPrediction {
  const { path, label, logits } = prediction;
  checkPrediction(prediction, classCount);
  const logNormaliser = logSumExp(logits);
  const probabilities = Float64Array.from(logits, (logit) => Math.exp(logit - logNormaliser));
  return { path, label, predicted: argmax(logits), probabilities, loss: logNormaliser - logits[label]! };
}

/** Scores many, in their order; as {@link scorePrediction}. */
export function scorePredictions(
  predictions: readonly ImagePrediction[],
  classCount: number,
): ScoredPrediction[] {
  return predictions.map((prediction) => scorePrediction(prediction, classCount));
}

function checkPrediction({ path, label, logits }: ImagePrediction, classCount: number): void {
  if (logits.length !== classCount)
    throw new PosterError(
      'engine.failed',
      `Expected ${classCount} logits for ${path}, one per class, but the network gave ${logits.length}; check that the checkpoint belongs to this dataset.`,
    );
  requireFiniteLogits(logits, path);
  if (!Number.isInteger(label) || label < 0 || label >= classCount)
    throw new PosterError(
      'data.layout',
      `Expected the label of ${path} to be a class index from 0 to ${classCount - 1} but it is ${label}; check the label file.`,
    );
}
