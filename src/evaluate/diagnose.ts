/**
 * Finds out whether a poor result is a matter of class order: a checkpoint trained with its classes in
 * another order than the dataset's answers every image wrongly in the same, recognisable way. Browser-safe.
 */
import munkres from 'munkres';
import { type ConfusionMatrix, total } from './metrics.js';

/** An output of the network that behaves as a class other than the one it is named for. */
export interface MovedOutput {
  /** The name the output has in the class order that was used. */
  output: string;
  /** The class whose images it answers. */
  behavesAs: string;
  /** Share of that class's images it answers, in [0, 1]; 0 where the class has no images. */
  share: number;
}

/** The class order that would explain the predictions. */
export interface ClassOrderDiagnosis {
  /** Top-1 accuracy in the order used, in [0, 1]. */
  accuracy: number;
  /** Top-1 accuracy if the network's outputs were named in the order of `labels`. */
  reorderedAccuracy: number;
  /** Class names in the order of the network's outputs. */
  labels: string[];
  moved: MovedOutput[];
}

/** Probability of reporting a reordering that is only noise, over all orders together. */
const falseAlarmRate = 0.001;

/** Agreement beyond chance (Cohen's kappa) that the reordered predictions must reach; noise has about 0. */
const minAgreement = 1 / 3;

/**
 * Looks for an order of the network's outputs that explains the predictions far better than the order
 * used. Returns null unless all of this holds, so that weak, collapsed and random models stay silent:
 * at least two classes with images change places; their mean recall at least doubles; the gain is
 * significant even though the best of all n! orders was picked (sign test with a union bound); and the
 * reordered predictions agree with the truth well beyond chance.
 *
 * @param matrix rows truth, columns predictions, at least one image.
 * @param classes names in the order used, one per row.
 */
export function diagnoseClassOrder(
  matrix: ConfusionMatrix,
  classes: readonly string[],
): ClassOrderDiagnosis | null {
  const outputOf = bestAssignment(matrix);
  const support = matrix.map(total);
  const moved = outputOf.flatMap((output, truth) => (output === truth ? [] : [truth]));
  const evidence = moved.filter((truth) => support[truth]! > 0);
  const recall = (truth: number, output: number) => matrix[truth]![output]! / (support[truth]! || 1);
  const before = total(evidence.map((truth) => recall(truth, truth)));
  const after = total(evidence.map((truth) => recall(truth, outputOf[truth]!)));
  if (evidence.length < 2 || after < 2 * before) return null;
  if (!isSignificant(matrix, evidence, outputOf)) return null;
  const reordered = matrix.map((row) => outputOf.map((output) => row[output]!));
  if (kappa(reordered) < minAgreement) return null;
  return {
    accuracy: accuracy(matrix),
    reorderedAccuracy: accuracy(reordered),
    labels: classes.map((_, output) => classes[outputOf.indexOf(output)]!),
    moved: moved.map((truth) => ({
      output: classes[outputOf[truth]!]!,
      behavesAs: classes[truth]!,
      share: recall(truth, outputOf[truth]!),
    })),
  };
}

/** For each true class the output that makes most images right overall; ties keep a class in its place. */
function bestAssignment(matrix: ConfusionMatrix): number[] {
  const n = matrix.length;
  const costs = matrix.map((row, i) => row.map((count, j) => -(count * (n + 1) + (i === j ? 1 : 0))));
  const outputOf = new Array<number>(n).fill(0);
  for (const [truth, output] of munkres(costs)) outputOf[truth] = output;
  return outputOf;
}

/**
 * Sign test of the images that only one of the two orders gets right. With z its standardised excess,
 * exp(-z^2 / 2) bounds the chance of such an excess, and times n! that of finding it among all orders.
 */
function isSignificant(
  matrix: ConfusionMatrix,
  moved: readonly number[],
  outputOf: readonly number[],
): boolean {
  const kept = total(moved.map((truth) => matrix[truth]![truth]!));
  const gained = total(moved.map((truth) => matrix[truth]![outputOf[truth]!]!));
  const z = (gained - kept) / Math.sqrt(gained + kept || 1);
  const logOrders = total(matrix.map((_, i) => Math.log(i + 1)));
  return z > 0 && (z * z) / 2 >= logOrders - Math.log(falseAlarmRate);
}

/** Cohen's kappa: accuracy rescaled so that guessing by class frequency is 0 and no error is 1. */
function kappa(matrix: ConfusionMatrix): number {
  const samples = total(matrix.flat());
  const chance = total(
    matrix.map((row, i) => (total(row) / samples) * (total(matrix.map((other) => other[i]!)) / samples)),
  );
  return chance === 1 ? 0 : (accuracy(matrix) - chance) / (1 - chance);
}

function accuracy(matrix: ConfusionMatrix): number {
  return total(matrix.map((row, i) => row[i]!)) / total(matrix.flat());
}
