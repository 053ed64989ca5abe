/**
 * Predictions as comma-separated values, one image a line (RFC 4180). Browser-safe.
 */
import { type ImagePrediction, scorePrediction } from '../evaluate/prediction.js';
import { csvLine } from '../util/csv-line.js';

/**
 * Writes a heading line and one line per prediction: path, names of the true and the predicted class,
 * `true` or `false`, and the probability of every class. Lines end in CRLF and come one at a time, so
 * that any number of predictions can be written.
 */
export function* predictionsCsv(
  predictions: Iterable<ImagePrediction>,
  classes: readonly string[],
): Generator<string, void, undefined> {
  yield csvLine(['path', 'label', 'prediction', 'correct', ...classes.map((name) => `p_${name}`)]);
  for (const prediction of predictions) {
    const { path, label, predicted, probabilities } = scorePrediction(prediction, classes.length);
    const shares = Array.from(probabilities, (probability) => String(Number(probability.toPrecision(6))));
    yield csvLine([path, classes[label]!, classes[predicted]!, String(label === predicted), ...shares]);
  }
}
