/** Sums over the processes that train together, on PyTorch's c10d: gloo on the CPU, NCCL on CUDA devices. */
import { addon, native } from './addon.js';
import { Tensor } from './tensor.js';

/** Whether this libtorch lets processes train together. */
export function hasGroups(): boolean {
  return addon().hasGroups();
}

/** A process among others. */
export interface Membership {
  /** 0 to size - 1. */
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** Where rank 0 waits for the others. */
  readonly host: string;
  readonly port: number;
}

/**
 * Meets the other processes. This one is in one group at most, until {@link leaveGroup}.
 * @param seconds how long meeting and each sum may take.
 * @throws PosterError `worker.lost` when not all come in time.
 */
export function joinGroup({ rank, size, host, port }: Membership, seconds: number): void {
  native((engine) => engine.joinGroup(rank, size, host, port, seconds * 1000));
}

export function leaveGroup(): void {
  native((engine) => engine.leaveGroup());
}

/**
 * Turns each tensor into its sum over all processes, which must all call this in the same order.
 * @throws PosterError `worker.lost` when another process has ended.
 */
export function sumOverGroup(tensors: readonly Tensor[]): void {
  native((engine) => engine.sumOverGroup(tensors.map(({ handle }) => handle)));
}

export interface GroupNormalised {
  readonly y: Tensor;
  /** Of each channel, over all processes. */
  readonly mean: Tensor;
  readonly unbiasedVariance: Tensor;
}

/**
 * Batch normalisation with the statistics of the batches of all processes, as torch.nn.SyncBatchNorm; its
 * backward pass too sums over all. x: B x C or B x C x H x W, where B may differ between processes.
 * @throws PosterError `worker.lost`
 */
export function groupBatchNorm(x: Tensor, weight: Tensor, bias: Tensor, eps: number): GroupNormalised {
  const handles = native((engine) => engine.groupBatchNorm(x.handle, weight.handle, bias.handle, eps));
  const [y, mean, unbiasedVariance] = handles.map((handle) => new Tensor(handle));
  return { y: y!, mean: mean!, unbiasedVariance: unbiasedVariance! };
}
