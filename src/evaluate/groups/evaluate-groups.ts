/** How a model does on groups of faces, and whether their differences are more than chance. Browser-safe. */
import { type Random, seededRandom } from '../../tensor/random.js';
import { confusionMatrix, confusionMetrics, wilsonInterval } from '../metrics.js';
import type { GroupingFigures } from '../result.js';
import { bootstrap } from '../statistics/bootstrap.js';

/** An answer and the group its face is of. */
export interface GroupedAnswer {
  readonly label: number;
  readonly predicted: number;
  readonly group: string;
}

/** Groups of fewer faces say too little to be ranked. */
export const minFaces = 30;

const permutations = 1000;

/** Evaluates one grouping, such as that by age. Groups come in the order of their names. */
export function evaluateGroups(
  name: string,
  answers: readonly GroupedAnswer[],
  classCount: number,
  seed = 1,
): GroupingFigures {
  const random = seededRandom(seed);
  const names = [...new Set(answers.map(({ group }) => group))].sort();
  const groups = names.map((group) => {
    const own = answers.filter((answer) => answer.group === group);
    return groupFigures(group, own, classCount, random);
  });
  const ranked = groups.filter(({ isSmall }) => !isSmall).sort((a, b) => a.accuracy.value - b.accuracy.value);
  if (ranked.length < 2) return { name, groups, worst: null, gap: null, odds: [] };
  const large = answers.filter(({ group }) => ranked.some((one) => one.name === group));
  const [worst, best] = [ranked[0]!, ranked.at(-1)!];
  const gap = { value: best.accuracy.value - worst.accuracy.value, p: permutationTest(large, random) };
  const odds = Array.from({ length: classCount }, (_, index) =>
    oddsOf(
      large,
      ranked.map((one) => one.name),
      index,
    ),
  );
  return { name, groups, worst: worst.name, gap: { ...gap, best: best.name }, odds };
}

/** Accuracy and mean class accuracy of the faces of a group, at least one. */
export function groupFigures(
  name: string,
  answers: readonly Omit<GroupedAnswer, 'group'>[],
  classCount: number,
  random: Random,
) {
  const faces = answers.length;
  const correct = answers.filter(isRight).length;
  const [meanClassAccuracy] = bootstrap(
    faces,
    (images) => {
      const drawn = Array.from(images, (i) => answers[i]!);
      return [confusionMetrics(confusionMatrix(drawn, classCount)).meanClassAccuracy];
    },
    { random, resamples: 1000 },
  );
  const accuracy = { value: correct / faces, ...wilsonInterval(correct, faces) };
  return { name, faces, accuracy, meanClassAccuracy: meanClassAccuracy!, isSmall: faces < minFaces };
}

function isRight({ label, predicted }: Pick<GroupedAnswer, 'label' | 'predicted'>): boolean {
  return label === predicted;
}

/** The chance of a gap as large where groups mean nothing: faces keep their answers, and groups are dealt out anew. */
function permutationTest(answers: readonly GroupedAnswer[], random: Random): number {
  const names = [...new Set(answers.map(({ group }) => group))];
  const groups = Uint32Array.from(answers, ({ group }) => names.indexOf(group));
  const right = answers.map(isRight);
  const found = gapOf(groups, right, names.length);
  let asLarge = 0;
  for (let round = 0; round < permutations; round++) {
    for (let last = groups.length - 1; last > 0; last--) {
      const chosen = Math.floor(random() * (last + 1));
      [groups[last], groups[chosen]] = [groups[chosen]!, groups[last]!];
    }
    if (gapOf(groups, right, names.length) >= found - 1e-12) asLarge++;
  }
  return (asLarge + 1) / (permutations + 1);
}

/** The largest accuracy of a group less the smallest. */
function gapOf(groups: Uint32Array, right: readonly boolean[], count: number): number {
  const [faces, hits] = [new Array<number>(count).fill(0), new Array<number>(count).fill(0)];
  right.forEach((one, i) => {
    faces[groups[i]!]!++;
    if (one) hits[groups[i]!]!++;
  });
  const accuracies = hits.map((hit, i) => hit / faces[i]!);
  return Math.max(...accuracies) - Math.min(...accuracies);
}

/** Equalised odds of a class: how far apart the groups are in finding it, and in seeing it where it is not. */
function oddsOf(answers: readonly GroupedAnswer[], groups: readonly string[], index: number) {
  const rates = (isOf: (label: number) => boolean) =>
    groups.flatMap((group) => {
      const own = answers.filter((answer) => answer.group === group && isOf(answer.label));
      return own.length === 0 ? [] : [own.filter(({ predicted }) => predicted === index).length / own.length];
    });
  const spread = (values: readonly number[]) =>
    values.length < 2 ? null : Math.max(...values) - Math.min(...values);
  return {
    truePositive: spread(rates((label) => label === index)),
    falsePositive: spread(rates((label) => label !== index)),
  };
}
