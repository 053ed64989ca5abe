import { PosterError } from '../errors.js';
import type { Checkpoint, TensorInfo } from './checkpoint.js';
import { printable } from './corrupt-file-error.js';
import { likelyCause } from './mismatch-cause.js';
import {
  compareStateDicts,
  describeShape,
  type Entries,
  type MatchOptions,
  type StateDictDifference,
} from './state-dict-difference.js';
import { someOf } from './weight-names.js';

/** A sound file that does not hold the network asked for; `difference` lists every entry. */
export class StateDictMismatch extends PosterError {
  readonly difference: StateDictDifference;

  constructor(message: string, difference: StateDictDifference) {
    super('checkpoint.mismatch', message);
    this.difference = difference;
  }
}

/**
 * Proves that a checkpoint holds exactly the entries of a network, each in its shape. Floating-point types stand
 * for one another, so a half-precision file serves a float32 network.
 *
 * @throws StateDictMismatch (`checkpoint.mismatch`) with the counts, the first names and the likely cause.
 */
export function matchStateDict(checkpoint: Checkpoint, expected: Entries, options: MatchOptions = {}): void {
  const difference = compareStateDicts(checkpoint.tensors, expected, options);
  const { missing, unexpected, mismatched } = difference;
  if (missing.length + unexpected.length + mismatched.length === 0) return;
  const cause = likelyCause(checkpoint, expected, difference);
  throw new StateDictMismatch(
    `${checkpoint.path} does not hold this network: ${printable(`${summary(difference, expected.size)}; ${cause}`)}.`,
    difference,
  );
}

function summary({ missing, unexpected, mismatched }: StateDictDifference, total: number): string {
  const shapes = mismatched.map(({ name, expected, found }) => `${name} ${describeChange(found, expected)}`);
  const parts = [
    missing.length > 0 &&
      `${missing.length} of its ${total} entries are missing (${someOf(missing, namesShown)})`,
    unexpected.length > 0 &&
      `${unexpected.length} in the file are unexpected (${someOf(unexpected, namesShown)})`,
    shapes.length > 0 && `${shapes.length} have another shape or type (${someOf(shapes, namesShown)})`,
  ];
  return parts.filter(Boolean).join(', ');
}

function describeChange(found: TensorInfo, expected: TensorInfo): string {
  const shapes = `is ${describeShape(found)} instead of ${describeShape(expected)}`;
  return describeShape(found) === describeShape(expected)
    ? `is ${found.dtype} instead of ${expected.dtype}`
    : shapes;
}

const namesShown = 4;
