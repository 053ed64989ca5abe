/**
 * Heat maps of what decided a class.
 * Here: the maps of one face. Browser-safe.
 */
import { mapSizes, type NetworkConfig } from '../network/config.js';
import type { Prediction } from '../recognise/prediction.js';

export const explainMethods = ['attention', 'grad-cam'] as const;

/**
 * `attention`: how much the class token attends to each place in the last transformer block; the same for every
 * class. `grad-cam`: which places speak for one class, by the gradient of its logit.
 */
export type ExplainMethod = (typeof explainMethods)[number];

/**
 * Rows of values, the top row first; each stands for one part of the face crop in a square grid: 7 x 7 as published,
 * otherwise as many as the network's coarsest map has.
 */
export type HeatMap = readonly (readonly number[])[];

/** The tokens of one scale of the network. */
export interface TokenGroup {
  /** The size of the map that the group's tokens were made from: 28, 14 or 7 as published. */
  readonly scale: number;
  /** The sum of the map's values. */
  readonly sum: number;
  readonly map: HeatMap;
}

/** What decided the class of a face: maps over its crop. */
export interface Explanation {
  readonly method: ExplainMethod;
  /** What the network says of the face. */
  readonly prediction: Prediction;
  /** The explained class. */
  readonly label: string;
  /**
   * The three scales, finest first. With `attention` values lie in [0, 1] and their sums and `classToken` make 1;
   * with `grad-cam` values are at least 0, in units of the logit, and nothing bounds them.
   */
  readonly groups: readonly TokenGroup[];
  /** The sum of the groups' maps, place by place. */
  readonly combined: HeatMap;
  /** With `attention`: the share the class token keeps to itself. */
  readonly classToken?: number;
}

export type Maps = Pick<Explanation, 'groups' | 'combined'>;

/** Rows and columns of the heat maps of a network. */
export function heatMapSize(network: NetworkConfig): number {
  return mapSizes(network)[2];
}

/** Tokens of all scales, without the class token: 147 as published. */
export function patchTokens(network: NetworkConfig): number {
  return mapSizes(network).length * heatMapSize(network) ** 2;
}

/** One value for each of these tokens, scale by scale and row by row -> maps. */
export function toMaps(values: ArrayLike<number>, network: NetworkConfig): Maps {
  const all = Array.from(values);
  const size = heatMapSize(network);
  const groups = mapSizes(network).map((scale, i) => {
    const own = all.slice(i * size ** 2, (i + 1) * size ** 2);
    return { scale, sum: own.reduce((a, b) => a + b, 0), map: toRows(own, size) };
  });
  const combined = groups[0]!.map.map((row, y) =>
    row.map((_, x) => groups.reduce((sum, { map }) => sum + map[y]![x]!, 0)),
  );
  return { groups, combined };
}

function toRows(values: readonly number[], size: number): HeatMap {
  return Array.from({ length: size }, (_, y) => values.slice(y * size, (y + 1) * size));
}
