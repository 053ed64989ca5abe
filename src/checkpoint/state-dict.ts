import { elementAt, elementCount } from '../tensor/host-tensor.js';
import { NumpyArray, tensorOfArray } from './pickle/numpy.js';
import type { PickleValue } from './pickle/values.js';
import { StoredTensor } from './stored-tensor.js';

/** Keys under which training programs keep the state dict, in the order they are tried. */
const stateDictKeys = ['state_dict', 'model', 'model_state_dict'];

/** Deeper or larger than this is no description of a model; Python's graphs may even be endless. */
const METADATA_DEPTH = 16;
const METADATA_VALUES = 10_000;

/** The tensors of the state dict and the plain values beside it. */
export interface Contents {
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Record<string, unknown>;
}

/** A tensor from anything that is one, NumPy arrays of common types included. */
export function asTensor(value: PickleValue | undefined): StoredTensor | undefined {
  if (value instanceof StoredTensor) return value;
  return value instanceof NumpyArray ? tensorOfArray(value) : undefined;
}

/** Finds the state dict in a checkpoint's root: under one of the usual keys, or the root itself. */
export async function readContents(root: PickleValue): Promise<Contents> {
  if (!(root instanceof Map)) return { tensors: new Map(), metadata: {} };
  const key = stateDictKeys.find((name) => tensorsOf(root.get(name)).size > 0);
  const tensors = tensorsOf(key === undefined ? root : root.get(key));
  return { tensors: withoutCommonPrefix(tensors, 'module.'), metadata: await plainEntries(root, key) };
}

function tensorsOf(dictionary: PickleValue | undefined): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  if (!(dictionary instanceof Map)) return tensors;
  for (const [name, value] of dictionary) {
    const tensor = asTensor(value);
    if (tensor && typeof name === 'string') tensors.set(name, tensor);
  }
  return tensors;
}

/** DataParallel puts `module.` before every name; where only some carry it, it is part of the name. */
function withoutCommonPrefix<T>(entries: Map<string, T>, prefix: string): Map<string, T> {
  if (![...entries.keys()].every((name) => name.startsWith(prefix))) return entries;
  return new Map([...entries].map(([name, value]) => [name.slice(prefix.length), value]));
}

async function plainEntries(root: Map<PickleValue, PickleValue>, except: string | undefined) {
  const entries: [string, unknown][] = [];
  const budget = { values: METADATA_VALUES };
  for (const [key, value] of root) {
    if (typeof key !== 'string' || key === except) continue;
    const plain =
      (await singleNumber(value, except !== undefined)) ?? plainValue(value, budget, METADATA_DEPTH);
    if (plain !== undefined) entries.push([key, plain]);
  }
  return Object.fromEntries(entries);
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
