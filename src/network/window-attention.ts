/**
 * Window-based cross attention and the feed-forward layer after it (paper, section 3.2), at one scale.
 * With the published sizes a window covers its whole map. Matches the official `windowX`, `attnX`, `ffnX`.
 * Browser-safe.
 */
import { attend, type HeadsConfig, projectHeads } from './attention.js';
import { type Layer, layerNorm, linear, linearEntries, mlp } from './layers.js';
import type { Ops } from './ops.js';
import type { Path } from './state-dict.js';

const layerNormEps = 1e-5;

/** Height, width and channels of a map and the heads that split the channels. */
export interface ScaleConfig extends HeadsConfig {
  readonly size: number;
}

/** Normalises an image map: B x C x S x S -> B x S² x C. */
export function window(path: Path, { size, width }: ScaleConfig): Layer {
  const norm = layerNorm(path.at('norm'), width, layerNormEps);
  return (ops, map) => norm(ops, ops.transpose(ops.reshape(map, [-1, width, size * size]), [0, 2, 1]));
}

export interface CrossAttention {
  /** image: B x S² x C, the source of keys and values; landmark: B x C x S x S, the queries -> B x S² x C. */
  <T>(ops: Ops<T>, image: T, landmark: T): T;
}

export function crossAttention(path: Path, { size, width, heads }: ScaleConfig): CrossAttention {
  const tokens = size * size;
  const table = path.parameter('relative_position_bias_table', [(2 * size - 1) ** 2, heads], {
    kind: 'truncated-normal',
    std: 0.02,
  });
  const index = path.buffer(
    'relative_position_index',
    [tokens, tokens],
    { kind: 'relative-position', window: size },
    'int64',
  );
  const keyValue = linearEntries(path.at('qkv'), width, 2 * width);
  const project = linear(path.at('proj'), width, width);
  return (ops, image, landmark) => {
    const q = ops.transpose(ops.reshape(landmark, [-1, heads, width / heads, tokens]), [0, 1, 3, 2]);
    const k = projectHeads(ops, image, keyValue, 0, { tokens, width, heads });
    const v = projectHeads(ops, image, keyValue, 1, { tokens, width, heads });
    const bias = ops.gatherRows(ops.parameter(table), ops.parameter(index)); // N x N x heads
    const byHead = ops.transpose(bias, [2, 0, 1]);
    return project(ops, attend(ops, [q, k, v], { queries: tokens, width, heads }, byHead));
  };
}

export interface FeedForward {
  /** attended and shortcut: B x N x C -> B x N x C. */
  <T>(ops: Ops<T>, attended: T, shortcut: T): T;
}

export interface FeedForwardConfig {
  readonly width: number;
  /** Initial value of both layer scales. */
  readonly layerScale: number;
  /** Rate of stochastic depth of both residual branches. */
  readonly dropRate: number;
}

export function feedForward(path: Path, { width, layerScale, dropRate }: FeedForwardConfig): FeedForward {
  const initial = { kind: 'constant', value: layerScale } as const;
  const gamma1 = path.parameter('gamma1', [width], initial);
  const gamma2 = path.parameter('gamma2', [width], initial);
  const expand = mlp(path.at('mlp'), width, 4 * width);
  const norm = layerNorm(path.at('norm'), width, layerNormEps);
  return (ops, attended, shortcut) => {
    const scaled = ops.multiply(attended, ops.parameter(gamma1));
    const x = ops.add(shortcut, ops.stochasticDepth(scaled, dropRate));
    const hidden = ops.multiply(expand(ops, norm(ops, x)), ops.parameter(gamma2));
    return ops.add(x, ops.stochasticDepth(hidden, dropRate));
  };
}
