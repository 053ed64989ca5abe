/** What a user gets for an image. Browser-safe. */
import { argmax, logSumExp } from '../tensor/logits.js';

/** One class and its probability in [0, 1]. */
export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

export interface Prediction {
  /** The most probable class. */
  readonly label: string;
  readonly probability: number;
  /** Its position in the model's classes. */
  readonly index: number;
  /** Every class in the model's order; the probabilities sum to 1. */
  readonly probabilities: readonly ClassProbability[];
  /** Before softmax, in the model's order. */
  readonly logits: Float32Array;
  /** The features before the head, 768 values in the published network; given when asked for. */
  readonly embedding?: Float32Array;
}

/** Reads the network's logits for one image. */
export function toPrediction(
  logits: Float32Array,
  labels: readonly string[],
  embedding?: Float32Array,
): Prediction {
  const normaliser = logSumExp(logits);
  const probabilities = labels.map((label, i) => ({ label, probability: Math.exp(logits[i]! - normaliser) }));
  const index = argmax(logits);
  return { ...probabilities[index]!, index, probabilities, logits, ...(embedding && { embedding }) };
}

/** The `k` most probable classes, most probable first. */
export function topK(prediction: Pick<Prediction, 'probabilities'>, k: number): ClassProbability[] {
  return [...prediction.probabilities].sort((a, b) => b.probability - a.probability).slice(0, k);
}
