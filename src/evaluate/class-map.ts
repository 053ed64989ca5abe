/** Brings a model and data with different classes to common ones, so that a model is evaluated on any dataset. Browser-safe. */
import { expressionName, labelIndex } from '../data/labels.js';
import { PosterError } from '../errors.js';

/**
 * What classes count as: `common` for those that model and data share by name, or another name for some of them, null to
 * leave one out. Either way a class that the other side lacks is left out.
 */
export type ClassMap = 'common' | ReadonlyMap<string, string | null>;

/** Where every class goes: its place among the common classes, or null where it is left out. */
export interface CommonClasses {
  readonly classes: readonly string[];
  readonly ofModel: readonly (number | null)[];
  readonly ofData: readonly (number | null)[];
}

/**
 * `common`, or `contempt=anger,calm=neutral,other=`: what stands left of the sign counts as what stands right of it, and
 * is left out where nothing does.
 * @throws PosterError `option.invalid`
 */
export function parseClassMap(text: string): ClassMap {
  if (text.trim().toLowerCase() === 'common') return 'common';
  const map = new Map<string, string | null>();
  for (const part of text.split(',')) {
    const [from = '', to, more] = part.split('=').map((name) => name.trim());
    if (from === '' || to === undefined || more !== undefined || map.has(from))
      throw new PosterError(
        'option.invalid',
        `Expected common, or classes and what each counts as, such as contempt=anger,calm=neutral (contempt= leaves one out), for --map, got "${text}".`,
      );
    map.set(from, to === '' ? null : to);
  }
  return map;
}

/**
 * The classes that both have, in the model's order.
 * @throws PosterError `option.invalid` for a name in the map that neither has, `checkpoint.mismatch` for fewer than two
 * common classes.
 */
export function commonClasses(
  model: readonly string[],
  data: readonly string[],
  map: ClassMap,
): CommonClasses {
  if (map !== 'common') requireKnown(map, model, data);
  const modelNames = model.map((name) => renamed(name, map));
  const dataNames = data.map((name) => renamed(name, map));
  const shared = modelNames.filter((name): name is string => name !== null && has(dataNames, name));
  const classes = shared.filter((name, i) => labelIndex(shared, name) === i);
  if (classes.length < 2)
    throw new PosterError(
      'checkpoint.mismatch',
      `Expected two or more classes that model (${model.join(', ')}) and data (${data.join(', ')}) have in common for --map, got ${classes.join() || 'none'}; name what counts as what, such as --map calm=neutral.`,
    );
  const place = (name: string | null) => {
    const index = name === null ? -1 : labelIndex(classes, name);
    return index === -1 ? null : index;
  };
  return { classes, ofModel: modelNames.map(place), ofData: dataNames.map(place) };
}

function has(names: readonly (string | null)[], wanted: string): boolean {
  return (
    labelIndex(
      names.filter((name) => name !== null),
      wanted,
    ) >= 0
  );
}

/** What a class counts as: a name of the map, else its own. */
function renamed(name: string, map: ClassMap): string | null {
  if (map === 'common') return expressionName(name) ?? name;
  const entries = [...map.keys()];
  const index = labelIndex(entries, name);
  return index === -1 ? (expressionName(name) ?? name) : map.get(entries[index]!)!;
}

function requireKnown(
  map: ReadonlyMap<string, string | null>,
  model: readonly string[],
  data: readonly string[],
): void {
  const both = [...model, ...data];
  const unknown = [...map.keys()].find((name) => labelIndex(both, name) === -1);
  if (unknown === undefined) return;
  throw new PosterError(
    'option.invalid',
    `Expected classes of the model (${model.join(', ')}) or the data (${data.join(', ')}) in --map, got "${unknown}".`,
  );
}

/**
 * Logits of the common classes: of those that count as one the probabilities add up, and what is left out takes no part,
 * so that the softmax is the model's distribution given that the class is a common one.
 */
export function commonLogits({ classes, ofModel }: CommonClasses, logits: ArrayLike<number>): Float32Array {
  const common = new Float32Array(classes.length).fill(Number.NEGATIVE_INFINITY);
  ofModel.forEach((to, from) => {
    if (to !== null) common[to] = logAddExp(common[to]!, logits[from]!);
  });
  return common;
}

function logAddExp(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return high + Math.log1p(Math.exp(low - high));
}

/** Votes for the common classes, with the sum 1; nothing where all are for others. */
export function commonShares(
  { classes, ofData }: CommonClasses,
  shares: readonly number[],
): number[] | undefined {
  const common = new Array<number>(classes.length).fill(0);
  ofData.forEach((to, from) => {
    if (to !== null) common[to]! += shares[from]!;
  });
  const sum = common.reduce((total, share) => total + share, 0);
  return sum > 0 ? common.map((share) => share / sum) : undefined;
}
