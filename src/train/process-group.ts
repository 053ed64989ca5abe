/** The processes that train together, each on its share of every batch. One process alone is a group of one. */
import { availableParallelism } from 'node:os';
import { PosterError } from '../errors.js';
import { hasGroups, joinGroup, leaveGroup, type Membership, sumOverGroup } from '../torch/distributed.js';
import { scope } from '../torch/scope.js';
import { fromValues, type Tensor } from '../torch/tensor.js';

/** A process's place, as torchrun and the launcher of `poster train --nproc` tell it. */
export interface Processes extends Membership {
  /** Its number on this machine: that of its CUDA device. */
  readonly localRank: number;
  /** How many processes share this machine. */
  readonly localSize: number;
}

export interface ProcessGroup {
  readonly rank: number;
  readonly size: number;
  /** Turns each tensor into its sum over all processes. */
  allReduce(tensors: readonly Tensor[]): void;
  /** What each process said, by rank. */
  allGather<T>(value: T): T[];
  leave(): void;
}

/** How long a process waits for the others: longer than a checkpoint takes to be written. */
const patienceSeconds = 600;

const alone: ProcessGroup = {
  rank: 0,
  size: 1,
  allReduce() {},
  allGather: (value) => [value],
  leave() {},
};

/**
 * Meets the other processes, if there are any.
 * @throws PosterError `worker.lost` when not all come; `engine.unavailable` when libtorch has no c10d.
 */
export function joinProcessGroup(processes: Processes | undefined): ProcessGroup {
  if (!processes || processes.size === 1) return alone;
  if (!hasGroups())
    throw new PosterError(
      'engine.unavailable',
      'The training engine was built without c10d and gloo, which this libtorch lacks or has in an unknown version, so processes cannot train together; train in one, or install another libtorch.',
    );
  joinGroup(processes, patienceSeconds);
  const { rank, size } = processes;
  return {
    rank,
    size,
    allReduce: sumOverGroup,
    allGather: (value) => allGather(value, rank, size),
    leave: leaveGroup,
  };
}

/** The threads of one of the processes of this machine. */
export function threadsPerProcess(processes: Processes | undefined): number {
  return Math.max(1, Math.floor(availableParallelism() / (processes?.localSize ?? 1)));
}

/** Each process adds its text to zeros, in a place of its own. */
function allGather<T>(value: T, rank: number, size: number): T[] {
  const text = Buffer.from(JSON.stringify(value));
  const lengths = sumOf(Int32Array.from({ length: size }, (_, i) => (i === rank ? text.length : 0)));
  const counts = new Int32Array(lengths.buffer, lengths.byteOffset, size);
  const starts = [...counts.keys()].map((i) => counts.subarray(0, i).reduce((sum, count) => sum + count, 0));
  const bytes = new Uint8Array(starts.at(-1)! + counts.at(-1)!);
  bytes.set(text, starts[rank]!);
  const all = Buffer.from(sumOf(bytes));
  return starts.map((start, i) => JSON.parse(all.toString('utf8', start, start + counts[i]!)));
}

function sumOf(values: Int32Array | Uint8Array): Uint8Array {
  return scope(() => {
    const tensor = fromValues(values);
    sumOverGroup([tensor]);
    return tensor.toHost().data;
  });
}
