/** How the entries of a checkpoint differ from those of a network. */
import type { DType } from '../tensor/host-tensor.js';
import type { TensorInfo } from './checkpoint.js';

export type Entries = ReadonlyMap<string, TensorInfo>;

/** All lists are in the order of their source. */
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

export interface MatchOptions {
  /** Tells entries the file may lack. Default: BatchNorm's step counters, unknown before PyTorch 0.4.1. */
  readonly optional?: (name: string) => boolean;
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
export function describeShape({ shape }: TensorInfo): string {
  return shape.length === 0 ? 'scalar' : shape.join('x');
}
