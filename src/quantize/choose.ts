/** Decides by measurement which units of a network stay in float32. */
import type { Graph } from '../onnx/graph.js';
import { type Difference, differenceOf, probabilitiesOf, type RunOptions } from './difference.js';
import type { Layer } from './place.js';

/**
 * Up to where a quantized graph is taken to say the same as its source, unless the caller says otherwise. On some hundred
 * faces the probability that goes to other classes tells more than the few classes that change: with 1 % of it the model in
 * the box names the same class for 99.4 % of FERPlus' validation faces, with 1.2 % for 98.8 %.
 */
export const defaultBound: Difference = { sameClass: 0.97, totalVariation: 0.01 };

/** Layers that stay in float32 together, such as a residual unit, and what that was measured to bring. */
export interface Unit {
  /** What the state-dict names of its weights begin with. */
  readonly name: string;
  readonly layers: readonly string[];
  /** The difference of the graph with all else in 8 bits. */
  readonly without: Difference;
}

export interface Choice {
  /** Of the graph as chosen. */
  readonly difference: Difference;
  /** In the order in which they were taken. */
  readonly kept: readonly Unit[];
}

export interface ChooseOptions extends RunOptions {
  readonly faces: readonly Float32Array[];
  /** The source's answers for them. */
  readonly expected: readonly Float64Array[];
  readonly bound: Difference;
  /** Called before every measurement, with how many there are at most. */
  readonly onMeasure?: ((done: number, total: number) => void) | undefined;
}

/**
 * All layers in 8 bits where that is near enough. Else each unit is measured in float32 with all others in 8 bits,
 * and those that help most stay, as few as it takes.
 *
 * @param quantized the graph with the named layers in float32
 */
export async function chooseKept(
  layers: readonly Layer[],
  quantized: (kept: ReadonlySet<string>) => Graph,
  { faces, expected, bound, onMeasure, ...options }: ChooseOptions,
): Promise<Choice> {
  const measure = async (kept: Iterable<string>) =>
    differenceOf(expected, await probabilitiesOf(quantized(new Set(kept)), faces, options));
  const all = await measure([]);
  if (isWithin(all, bound)) return { difference: all, kept: [] };
  const groups = unitsOf(layers);
  const units: Unit[] = [];
  for (const [name, layers] of groups) {
    onMeasure?.(units.length, groups.size);
    units.push({ name, layers, without: await measure(layers) });
  }
  units.sort((a, b) => a.without.totalVariation - b.without.totalVariation);
  let difference = all;
  let count = 0;
  while (!isWithin(difference, bound) && count < units.length) {
    count++;
    difference = await measure(units.slice(0, count).flatMap(({ layers }) => layers));
  }
  return { difference, kept: units.slice(0, count) };
}

function isWithin({ sameClass, totalVariation }: Difference, bound: Difference): boolean {
  return sameClass >= bound.sameClass && totalVariation <= bound.totalVariation;
}

/** Layers by the first three parts of their names. */
function unitsOf(layers: readonly Layer[]): Map<string, string[]> {
  const units = new Map<string, string[]>();
  for (const { name } of layers) {
    const unit = name.split('.').slice(0, 3).join('.');
    units.set(unit, [...(units.get(unit) ?? []), name]);
  }
  return units;
}
