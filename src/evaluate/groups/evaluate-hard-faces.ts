/** How a model does on the faces that a list names as hard, and on the others. Browser-safe. */
import { seededRandom } from '../../tensor/random.js';
import { wilsonInterval } from '../metrics.js';
import type { HardFacesFigures } from '../result.js';
import type { Estimate } from '../statistics/bootstrap.js';
import { type GroupedAnswer, groupFigures } from './evaluate-groups.js';

type Answer = Omit<GroupedAnswer, 'group'>;

/** A list of faces by their number among the answers. */
export interface HardList {
  readonly name: string;
  readonly file: string;
  readonly listed: number;
  readonly isHard: (face: number) => boolean;
}

/** @param answers of all faces; at least one is hard. */
export function evaluateHardFaces(
  { name, file, listed, isHard }: HardList,
  answers: readonly Answer[],
  classCount: number,
  seed = 1,
): HardFacesFigures {
  const hard = answers.filter((_, face) => isHard(face));
  const others = answers.filter((_, face) => !isHard(face));
  const { faces, accuracy, meanClassAccuracy } = groupFigures(name, hard, classCount, seededRandom(seed));
  return {
    ...{ name, file, listed, faces, accuracy, meanClassAccuracy },
    others: others.length === 0 ? null : { faces: others.length, accuracy: accuracyOf(others) },
  };
}

function accuracyOf(answers: readonly Answer[]): Estimate {
  const right = answers.filter(({ label, predicted }) => label === predicted).length;
  return { value: right / answers.length, ...wilsonInterval(right, answers.length) };
}
