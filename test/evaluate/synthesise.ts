import type { ImagePrediction } from '../../src/evaluate/prediction.js';

/** Class names in the order of `rafDbMatrix`. */
export const rafDbClasses = ['surprise', 'fear', 'disgust', 'happiness', 'sadness', 'anger', 'neutral'];

/** The confusion matrix of the official program on RAF-DB's test set. */
export const rafDbMatrix = [
  [299, 6, 5, 3, 1, 4, 11],
  [9, 51, 0, 2, 8, 2, 2],
  [2, 1, 120, 6, 13, 9, 9],
  [5, 1, 7, 1148, 2, 4, 18],
  [0, 0, 9, 4, 442, 1, 22],
  [2, 0, 7, 3, 0, 145, 5],
  [10, 0, 6, 11, 29, 0, 624],
];

/** A generator of numbers in [0, 1) that repeats for equal seeds (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Predictions that add up to the matrix exactly: right ones mostly sure, wrong ones mostly less so. */
export function predictionsFor(matrix: readonly (readonly number[])[], seed = 1): ImagePrediction[] {
  const random = seeded(seed);
  const cells = matrix.flatMap((row, label) =>
    row.flatMap((count, predicted) => Array.from({ length: count }, () => [label, predicted] as const)),
  );
  return cells.map(([label, predicted], i) => {
    const logits = Float32Array.from(matrix, () => 1.6 * random());
    logits[predicted] =
      Math.max(...logits) + (label === predicted ? 0.6 + 6.5 * random() ** 0.5 : 5 * random() ** 2);
    return { path: `test/${String(i + 1).padStart(4, '0')}_aligned.jpg`, label, logits };
  });
}
