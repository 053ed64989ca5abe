import { tensorOfArray } from './pickle/numpy.js';
import { NumpyArray, type PickleValue } from './pickle/values.js';
import { StoredTensor } from './stored-tensor.js';
import {
  Ambiguity,
  isLargePart,
  type KnownNames,
  type NamedWeights,
  nameWeights,
  withoutModule,
} from './weight-names.js';

/** Keys under which training programs keep the state dict, in the order they are preferred. */
const usualKeys: readonly string[] = [
  'state_dict',
  'model',
  'model_state_dict',
  'model_state',
  'net',
  'network',
  'weights',
  'params',
  'ema',
  'state_dict_ema',
  'model_ema',
  'params_ema',
];

/** The first of the keys, which need no mention. */
const silentKeys: ReadonlySet<string> = new Set(usualKeys.slice(0, 3));

/** Written by this program beside the averages of the same weights. */
const ownKey = 'training_weights';

/** A dictionary within this many others may be the state dict. */
const deepest = 2;

/** A dictionary of a file that holds tensors. */
export interface Dictionary {
  /** The keys that lead to it; none for the file's own. */
  readonly keys: readonly string[];
  readonly tensors: Map<string, StoredTensor>;
}

export interface FoundStateDict extends NamedWeights<StoredTensor> {
  readonly keys: readonly string[];
}

/** A tensor from anything that is one, NumPy arrays of common types included. */
export function asTensor(value: PickleValue | undefined): StoredTensor | undefined {
  if (value instanceof StoredTensor) return value;
  return value instanceof NumpyArray ? tensorOfArray(value) : undefined;
}

/** Every dictionary near the root that holds tensors, from the outermost inwards, each once. */
export function dictionariesOf(root: PickleValue): Dictionary[] {
  const found: Dictionary[] = [];
  const seen = new Set<PickleValue>();
  let level: (readonly [keys: readonly string[], value: PickleValue])[] = [[[], root]];
  for (let depth = 0; depth <= deepest; depth++) {
    const next: typeof level = [];
    for (const [keys, value] of level) {
      if (seen.has(value)) continue;
      seen.add(value);
      const children = childrenOf(value);
      const tensors = new Map(
        children.flatMap(([key, child]) => {
          const tensor = value instanceof Map ? asTensor(child) : undefined;
          return tensor ? [[key, tensor] as const] : [];
        }),
      );
      if (tensors.size > 0) found.push({ keys, tensors });
      for (const [key, child] of children)
        if (child instanceof Map || Array.isArray(child)) next.push([[...keys, key], child]);
    }
    level = next;
  }
  return found;
}

/** As many parts of a list may be dictionaries that hold a network. */
const longestList = 100;

function childrenOf(value: PickleValue): [key: string, child: PickleValue][] {
  if (Array.isArray(value)) return value.slice(0, longestList).map((child, i) => [`[${i}]`, child]);
  if (!(value instanceof Map)) return [];
  return [...value].filter((entry): entry is [string, PickleValue] => typeof entry[0] === 'string');
}

/**
 * The dictionary that holds the network of these names: the one with most of them; where others come near, the one under
 * the usual key. Where none has any, the usual key's, the root's or the only one, for messages.
 *
 * @param names none: nothing is known of the network, and names stay as they are, less `module.`
 * @throws Ambiguity when several come near and no key is a usual one
 */
export function findStateDict(root: PickleValue, names: KnownNames): FoundStateDict {
  const all = dictionariesOf(root).map(({ keys, tensors }) => ({ keys, ...nameTensors(tensors, names) }));
  const most = Math.max(0, ...all.map(({ known }) => known));
  if (most === 0)
    return usual(all) ?? (all.length === 1 ? all[0]! : { keys: [], ...nameTensors(new Map(), names) });
  const near = all.filter(({ known }) => known * 2 >= most);
  const [first, second] = near.toSorted((a, b) => compareRanks(rankOf(a.keys), rankOf(b.keys)));
  if (second && compareRanks(rankOf(first!.keys), rankOf(second.keys)) === 0 && isLargePart(most, names))
    throw new Ambiguity(near.map(({ keys }) => keys.join('.')));
  return { ...first!, notes: [...first!.notes, ...noteOf(first!, near)] };
}

/**
 * Tensors under the names of the network, as {@link nameWeights}, or without names nearly as they are.
 */
function nameTensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  names: KnownNames,
): NamedWeights<StoredTensor> {
  if (names.size > 0) return nameWeights(tensors, names);
  return { tensors: withoutModule(tensors), known: 0, notes: [], rivals: [] };
}

function usual<D extends Dictionary>(all: readonly D[]): D | undefined {
  const under = (key: string) => all.find(({ keys }) => keys.length === 1 && keys[0] === key);
  return usualKeys.map(under).find(Boolean) ?? all.find(({ keys }) => keys.length === 0);
}

/** Unusual keys, then the place of the last usual one among the usual, then how deep: less is better. */
function rankOf(keys: readonly string[]): readonly number[] {
  const places = keys.map((key) => usualKeys.indexOf(key));
  return [places.filter((place) => place === -1).length, Math.max(-1, ...places), keys.length];
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at === -1 ? 0 : a[at]! - b[at]!;
}

function noteOf({ keys }: Dictionary, near: readonly Dictionary[]): string[] {
  const others = near
    .filter((other) => other.keys !== keys && other.keys[0] !== ownKey)
    .map((other) => other.keys.join('.'));
  if (others.length > 0)
    return [
      `Its weights were taken from ${keys.join('.') || 'the outermost entries'}, not from ${others.join(' or ')}.`,
    ];
  return keys.every((key) => silentKeys.has(key)) ? [] : [`Its weights were taken from ${keys.join('.')}.`];
}
