import { PosterError } from '../errors.js';
import type { DType } from '../tensor/host-tensor.js';
import type { Checkpoint, TensorInfo } from './checkpoint.js';
import { printable } from './corrupt-file-error.js';
import { likelyCause } from './mismatch-cause.js';

/** How a checkpoint's entries differ from those a network has; all lists in the order of their source. */
export interface StateDictDifference {
  /** Entries of the network that the file lacks. */
  readonly missing: readonly string[];
  /** Entries of the file that the network lacks. */
  readonly unexpected: readonly string[];
  /** Entries both have, in another shape or of another kind of number. */
  readonly mismatched: readonly TensorMismatch[];
}

export interface TensorMismatch {
  readonly name: string;
  readonly expected: TensorInfo;
  readonly found: TensorInfo;
}

/** A sound file that does not hold the network asked for; `difference` lists every entry. */
export class StateDictMismatch extends PosterError {
  readonly difference: StateDictDifference;

  constructor(message: string, difference: StateDictDifference) {
    super('checkpoint.mismatch', message);
    this.difference = difference;
  }
}

export interface MatchOptions {
  /** Tells entries the file may lack. Default: BatchNorm's step counters, unknown before PyTorch 0.4.1. */
  readonly optional?: (name: string) => boolean;
}

type Entries = ReadonlyMap<string, TensorInfo>;

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

/** All differences between the entries found and those expected. */
export function compareStateDicts(
  found: Entries,
  expected: Entries,
  options: MatchOptions = {},
): StateDictDifference {
  const optional = options.optional ?? isBatchCounter;
  return {
    missing: [...expected.keys()].filter((name) => !found.has(name) && !optional(name)),
    unexpected: [...found.keys()].filter((name) => !expected.has(name)),
    mismatched: [...expected].flatMap(([name, wanted]) => {
      const given = found.get(name);
      return given && !fits(given, wanted) ? [{ name, expected: wanted, found: given }] : [];
    }),
  };
}

function isBatchCounter(name: string): boolean {
  return name.endsWith('.num_batches_tracked');
}

function fits(found: TensorInfo, expected: TensorInfo): boolean {
  return (
    describeShape(found) === describeShape(expected) && isFloating(found.dtype) === isFloating(expected.dtype)
  );
}

function isFloating(dtype: DType): boolean {
  return dtype.startsWith('float') || dtype === 'bfloat16';
}

/** `7x768`, or `scalar`. */
function describeShape({ shape }: TensorInfo): string {
  return shape.length === 0 ? 'scalar' : shape.join('x');
}

function summary({ missing, unexpected, mismatched }: StateDictDifference, total: number): string {
  const shapes = mismatched.map(({ name, expected, found }) => `${name} ${describeChange(found, expected)}`);
  const parts = [
    missing.length > 0 && `${missing.length} of its ${total} entries are missing (${firstOf(missing)})`,
    unexpected.length > 0 && `${unexpected.length} in the file are unexpected (${firstOf(unexpected)})`,
    shapes.length > 0 && `${shapes.length} have another shape or type (${firstOf(shapes)})`,
  ];
  return parts.filter(Boolean).join(', ');
}

function describeChange(found: TensorInfo, expected: TensorInfo): string {
  const shapes = `is ${describeShape(found)} instead of ${describeShape(expected)}`;
  return describeShape(found) === describeShape(expected)
    ? `is ${found.dtype} instead of ${expected.dtype}`
    : shapes;
}

const NAMES_SHOWN = 4;

function firstOf(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}
