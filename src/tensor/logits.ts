/** From logits to answers. Browser-safe. */
import { PosterError } from '../errors.js';

/** log(sum(exp(values))), stable for values of any size. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i]!);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum);
}

/** The probability of each class: exp(logits) over their sum. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const normaliser = logSumExp(logits);
  return Float64Array.from(logits, (logit) => Math.exp(logit - normaliser));
}

/**
 * Proves that logits are numbers, before anything is read from them: the largest of NaNs would be the first class.
 *
 * @param image what they were given for, for the message.
 * @throws PosterError `engine.failed`
 */
export function requireFiniteLogits(logits: ArrayLike<number>, image?: string): void {
  for (let i = 0; i < logits.length; i++) {
    if (Number.isFinite(logits[i])) continue;
    throw new PosterError(
      'engine.failed',
      `Expected finite logits${image === undefined ? '' : ` for ${image}`} but class ${i} is ${logits[i]}; the checkpoint's weights are likely damaged or diverged.`,
    );
  }
}

/** Index of the largest value; the first one where several are equal. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
