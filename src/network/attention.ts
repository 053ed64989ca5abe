/** Multi-head attention over tokens, as the windows and the transformer share it. Browser-safe. */
import type { Ops } from './ops.js';
import type { StateEntry } from './state-dict.js';

/** The channels of tokens and the heads that split them. */
export interface HeadsConfig {
  readonly width: number;
  readonly heads: number;
}

/**
 * One of several maps that share the weight of a linear layer, such as q of qkv, by its place there, split into heads:
 * B x tokens x width -> B x heads x tokens x width / heads.
 */
export function projectHeads<T>(
  ops: Ops<T>,
  x: T,
  { weight, bias }: { readonly weight: StateEntry; readonly bias: StateEntry },
  place: number,
  { tokens, width, heads }: HeadsConfig & { readonly tokens: number },
): T {
  const rowsOf = (entry: StateEntry) =>
    ops.slice(ops.parameter(entry), 0, place * width, (place + 1) * width);
  const projected = ops.linear(x, rowsOf(weight), rowsOf(bias)); // B x tokens x width
  return ops.transpose(ops.reshape(projected, [-1, tokens, heads, width / heads]), [0, 2, 1, 3]);
}

/** Scaled dot-product attention and its heads joined: q is B x heads x queries x width / heads -> B x queries x width. */
export function attend<T>(
  ops: Ops<T>,
  [q, k, v]: readonly [T, T, T],
  { queries, width, heads }: HeadsConfig & { readonly queries: number },
  bias?: T,
  onWeights?: (weights: T) => void,
): T {
  const mixed = ops.attention(q, k, v, (width / heads) ** -0.5, bias, onWeights);
  return ops.reshape(ops.transpose(mixed, [0, 2, 1, 3]), [-1, queries, width]);
}
