import { elementAt, elementCount } from '../tensor/host-tensor.js';
import { asTensor, findStateDict } from './find-state-dict.js';
import type { PickleValue } from './pickle/values.js';
import type { StoredTensor } from './stored-tensor.js';
import { Ambiguity, type KnownNames } from './weight-names.js';

/** Deeper or larger than this is no description of a model; Python's graphs may even be endless. */
const METADATA_DEPTH = 16;
const METADATA_VALUES = 10_000;

/** The tensors of the state dict and the plain values beside it. */
export interface Contents {
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Record<string, unknown>;
  /** What of the file was passed over, and where the state dict was found when that is unusual: sentences. */
  readonly notes: readonly string[];
}

/**
 * Finds the state dict in a checkpoint's root.
 * @param names those of the network that is wanted; without any, the tensors' own names stay, less `module.`
 * @throws Ambiguity
 */
export async function readContents(root: PickleValue, names: KnownNames): Promise<Contents> {
  const { keys, rivals, tensors, notes } = findStateDict(root, names);
  if (rivals.length > 0) throw new Ambiguity(rivals.map((prefix) => `${[...keys, prefix].join('.')}*`));
  return { tensors, notes, metadata: await metadataAlong(root, keys) };
}

/** The plain values of the dictionaries that lead to the state dict, and of its own when it is the outermost. */
async function metadataAlong(root: PickleValue, keys: readonly string[]): Promise<Record<string, unknown>> {
  const entries: [string, unknown][] = [];
  let value = root;
  for (const key of keys.length > 0 ? keys : [undefined]) {
    if (!(value instanceof Map)) break;
    entries.push(...(await plainEntries(value, key)));
    value = key === undefined ? null : (value.get(key) ?? null);
  }
  return Object.fromEntries(entries);
}

async function plainEntries(
  root: Map<PickleValue, PickleValue>,
  except: string | undefined,
): Promise<[string, unknown][]> {
  const entries: [string, unknown][] = [];
  const budget = { values: METADATA_VALUES };
  for (const [key, value] of root) {
    if (typeof key !== 'string' || key === except) continue;
    const plain =
      (await singleNumber(value, except !== undefined)) ?? plainValue(value, budget, METADATA_DEPTH);
    if (plain !== undefined) entries.push([key, plain]);
  }
  return entries;
}

/** The official program keeps its best accuracy as a tensor of one element. */
async function singleNumber(value: PickleValue, besideStateDict: boolean): Promise<number | undefined> {
  const tensor = besideStateDict ? asTensor(value) : undefined;
  return tensor && elementCount(tensor.shape) === 1 ? elementAt(await tensor.read(), 0) : undefined;
}

/** A copy in plain objects and arrays, or undefined when any part of the value is not plain or it is too large. */
function plainValue(value: PickleValue, budget: { values: number }, depth: number): unknown {
  if (budget.values-- <= 0 || depth === 0) return undefined;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return plainArray(value, budget, depth);
  if (value instanceof Map) return plainObject(value, budget, depth);
  return undefined;
}

function plainArray(values: PickleValue[], budget: { values: number }, depth: number): unknown[] | undefined {
  const copy: unknown[] = [];
  for (const value of values) {
    const plain = plainValue(value, budget, depth - 1);
    if (plain === undefined) return undefined;
    copy.push(plain);
  }
  return copy;
}

function plainObject(
  map: Map<PickleValue, PickleValue>,
  budget: { values: number },
  depth: number,
): Record<string, unknown> | undefined {
  const entries: [string, unknown][] = [];
  for (const [key, value] of map) {
    const plain = plainValue(value, budget, depth - 1);
    if (plain === undefined || (typeof key !== 'string' && typeof key !== 'number')) return undefined;
    entries.push([String(key), plain]);
  }
  return Object.fromEntries(entries);
}
