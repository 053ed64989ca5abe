/**
 * Temperature scaling: the one number by which logits are divided so that confidence matches accuracy. It changes no
 * answer. Browser-safe.
 *
 * Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2.
 */
import { PosterError } from '../../errors.js';
import { logSumExp } from '../../tensor/logits.js';

/** The label and the logits of one image. */
export interface Labelled {
  readonly label: number;
  readonly logits: ArrayLike<number>;
}

/** Beyond these the faces say nothing of confidence: all answers are right, or guesses. */
export const temperatureRange = { least: 0.05, most: 20 };

/**
 * The temperature of the lowest mean cross entropy, to about 10 digits.
 * @throws PosterError `data.layout` where it lies beyond the range.
 */
export function fitTemperature(images: readonly Labelled[]): number {
  // Cross entropy is convex in 1 / temperature, so its slope changes sign once.
  let low = 1 / temperatureRange.most;
  let high = 1 / temperatureRange.least;
  if (images.length === 0 || slope(images, low) >= 0 || slope(images, high) <= 0)
    throw noTemperature(images.length);
  for (let step = 0; step < 60 && high - low > 1e-11 * high; step++) {
    const middle = Math.sqrt(low * high);
    if (slope(images, middle) < 0) low = middle;
    else high = middle;
  }
  return 1 / Math.sqrt(low * high);
}

/** How the mean cross entropy of softmax(scale * logits) changes with the scale. */
function slope(images: readonly Labelled[], scale: number): number {
  let sum = 0;
  for (const { label, logits } of images) {
    const scaled = Float64Array.from(logits, (logit) => logit * scale);
    const normaliser = logSumExp(scaled);
    for (let k = 0; k < logits.length; k++) sum += Math.exp(scaled[k]! - normaliser) * logits[k]!;
    sum -= logits[label]!;
  }
  return sum / images.length;
}

function noTemperature(count: number): PosterError {
  return new PosterError(
    'data.layout',
    `Expected faces of which the model gets some right and some wrong, to fit a temperature from ${temperatureRange.least} to ${temperatureRange.most} on, but these ${count} give none; fit on a split that the model was not trained on.`,
  );
}
