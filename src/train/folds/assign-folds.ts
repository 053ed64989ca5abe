/**
 * Deals images out to folds, so that every class is spread evenly over them.
 *
 * Both ways are scikit-learn's: StratifiedKFold, shuffled by our own random numbers, and StratifiedGroupKFold for images
 * of which those of one subject stay together.
 */
import { mean, total } from '../../evaluate/metrics.js';
import { randomStream, shuffle } from '../../util/random.js';

/** The fold of each image, from 0; of every class the folds have as many images, or one more. */
export function stratifiedFolds(labels: readonly number[], folds: number, seed: number): Uint32Array {
  const classes = [...new Set(labels)];
  const codes = labels.map((label) => classes.indexOf(label));
  const sorted = codes.toSorted((a, b) => a - b);
  const assigned = new Uint32Array(labels.length);
  classes.forEach((label, code) => {
    const places = Array.from({ length: folds }, (_, fold) =>
      sorted.flatMap((other, i) => (i % folds === fold && other === code ? [fold] : [])),
    );
    const own = Uint32Array.from(places.flat());
    shuffle(own, randomStream(seed, 'folds', label));
    let next = 0;
    codes.forEach((other, image) => {
      if (other === code) assigned[image] = own[next++]!;
    });
  });
  return assigned;
}

/**
 * The fold of each image, from 0, where all images of a subject are in one: subjects whose images are of few classes
 * come first, and each goes where it leaves the classes most even. With as many folds as subjects each fold is one
 * subject, in the order of their names.
 */
export function groupedFolds(
  labels: readonly number[],
  subjects: readonly string[],
  folds: number,
): Uint32Array {
  const names = [...new Set(subjects)].sort();
  const places = new Map(names.map((name, i) => [name, i]));
  const foldOf =
    folds === names.length ? names.map((_, i) => i) : dealGroups(countsOf(labels, subjects, names), folds);
  return Uint32Array.from(subjects, (name) => foldOf[places.get(name)!]!);
}

/** counts[group][class] = images; classes without images have no column. */
function countsOf(
  labels: readonly number[],
  subjects: readonly string[],
  names: readonly string[],
): number[][] {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const column = new Map(classes.map((label, i) => [label, i]));
  const row = new Map(names.map((name, i) => [name, i]));
  const counts = names.map(() => classes.map(() => 0));
  labels.forEach((label, image) => {
    counts[row.get(subjects[image]!)!]![column.get(label)!]!++;
  });
  return counts;
}

function dealGroups(groups: readonly (readonly number[])[], folds: number): number[] {
  const perClass = groups[0]!.map((_, k) => total(groups.map((counts) => counts[k]!)));
  const dealt = Array.from({ length: folds }, () => perClass.map(() => 0)); // folds x classes
  const order = groups.map((_, i) => i).sort((a, b) => deviation(groups[b]!) - deviation(groups[a]!));
  const foldOf = new Array<number>(groups.length);
  for (const group of order) {
    const fold = bestFold(dealt, perClass, groups[group]!);
    groups[group]!.forEach((count, k) => {
      dealt[fold]![k]! += count;
    });
    foldOf[group] = fold;
  }
  return foldOf;
}

/** Where the group leaves each class's shares of the folds most alike; of equal ones the fold of fewest images. */
function bestFold(dealt: readonly number[][], perClass: readonly number[], group: readonly number[]): number {
  let best = { fold: 0, unevenness: Number.POSITIVE_INFINITY, images: Number.POSITIVE_INFINITY };
  for (const [fold, own] of dealt.entries()) {
    const unevenness = mean(
      perClass.map((all, k) =>
        deviation(dealt.map((counts, i) => (counts[k]! + (i === fold ? group[k]! : 0)) / all)),
      ),
    );
    const images = total(own);
    const isEqual = Math.abs(unevenness - best.unevenness) <= 1e-8 + 1e-5 * best.unevenness; // numpy's isclose
    if (unevenness < best.unevenness || (isEqual && images < best.images))
      best = { fold, unevenness, images };
  }
  return best.fold;
}

/** Of the population. */
function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}
