/**
 * From images to predictions, one by one, by files or by the faces of photos.
 * Here: what a user gets for an image. Browser-safe.
 */
import type { ModelOutputs } from '../onnx/session.js';
import { argmax, requireFiniteLogits, softmax } from '../tensor/logits.js';
import { requireGiven, requireOptions } from '../util/given.js';

/** One class and its probability in [0, 1]. */
export interface ClassProbability {
  readonly label: string;
  readonly probability: number;
}

/**
 * Every class and its probability, which sum to 1. In the order of the model's classes, but for names that are whole
 * numbers, which JavaScript lists first, the smallest first; `labels` of the model has the order always.
 */
export type Probabilities = Readonly<Record<string, number>>;

/** The expression of one face: plain data, which `JSON.stringify` writes as it is. */
export interface Prediction {
  /** The most probable class. */
  readonly label: string;
  readonly probability: number;
  /** Its position in the model's classes. */
  readonly index: number;
  /** Of every class, by its name. */
  readonly probabilities: Probabilities;
  /** Before softmax, in the model's order, divided by the temperature where the model was calibrated. */
  readonly logits: readonly number[];
  /** The features before the head, 768 values in the published network; given when asked for. */
  readonly embedding?: readonly number[];
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
  return {
    ...describeProbabilities(labels, softmax(logits)),
    logits: Array.from(logits),
    ...(embedding && { embedding: Array.from(embedding) }),
  };
}

/** Names the probabilities, one for each label, and the most probable class. */
export function describeProbabilities(
  labels: readonly string[],
  values: ArrayLike<number>,
): Omit<Prediction, 'logits' | 'embedding'> {
  const index = argmax(values);
  const probabilities = Object.fromEntries(labels.map((label, i) => [label, values[i]!]));
  return { label: labels[index]!, probability: values[index]!, index, probabilities };
}

/** The classes as a list, in the order of the record. */
export function listProbabilities(probabilities: Probabilities): ClassProbability[] {
  return Object.entries(probabilities).map(([label, probability]) => ({ label, probability }));
}

/** The `k` most probable classes, most probable first. */
export function topK(prediction: Pick<Prediction, 'probabilities'>, k: number): ClassProbability[] {
  requireOptions(prediction, 'topK', { probabilities: 'an object' }, ['probabilities']);
  requireGiven(k, 'k of topK', 'a whole number of at least 1');
  return listProbabilities(prediction.probabilities)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, k);
}
