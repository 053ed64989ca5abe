/**
 * From images to predictions, one by one, by files or by the faces of photos.
 * Here: what a user gets for an image. Browser-safe.
 */
import type { ModelOutputs } from '../onnx/session.js';
import { argmax, requireFiniteLogits, softmax } from '../tensor/logits.js';
import { requireGiven } from '../util/given.js';

/** One class and its probability in [0, 1]. */
export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

/** The expression of one face. */
export interface Prediction {
  /** The most probable class. */
  readonly label: string;
  readonly probability: number;
  /** Its position in the model's classes. */
  readonly index: number;
  /** Every class in the model's order; the probabilities sum to 1. */
  readonly probabilities: readonly ClassProbability[];
  /** Before softmax, in the model's order, divided by the temperature where the model was calibrated. */
  readonly logits: Float32Array;
  /** The features before the head, 768 values in the published network; given when asked for. */
  readonly embedding?: Float32Array;
}

/**
 * Reads the network's outputs for a batch; `embedding`: keep the embeddings, too.
 *
 * @param images what the rows were given for, for messages.
 * @throws PosterError `engine.failed` for logits that are not finite
 */
export function toPredictions(
  { logits, embeddings }: ModelOutputs,
  labels: readonly string[],
  embedding = false,
  images: readonly string[] = [],
): Prediction[] {
  const count = logits.length / labels.length;
  const row = (values: Float32Array, i: number) => {
    const width = values.length / count;
    return values.slice(i * width, (i + 1) * width);
  };
  return Array.from({ length: count }, (_, i) =>
    toPrediction(row(logits, i), labels, embedding ? row(embeddings, i) : undefined, images[i]),
  );
}

/** Reads the network's logits for one image; as {@link toPredictions}. */
export function toPrediction(
  logits: Float32Array,
  labels: readonly string[],
  embedding?: Float32Array,
  image?: string,
): Prediction {
  requireFiniteLogits(logits, image);
  const shares = softmax(logits);
  const probabilities = labels.map((label, i) => ({ label, probability: shares[i]! }));
  const index = argmax(logits);
  return { ...probabilities[index]!, index, probabilities, logits, ...(embedding && { embedding }) };
}

/** The `k` most probable classes, most probable first. */
export function topK(prediction: Pick<Prediction, 'probabilities'>, k: number): ClassProbability[] {
  requireGiven(prediction, 'the prediction of topK', 'an object');
  requireGiven(k, 'k of topK', 'a whole number of at least 1');
  return [...prediction.probabilities].sort((a, b) => b.probability - a.probability).slice(0, k);
}
