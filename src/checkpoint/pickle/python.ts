/** Stand-ins for the callables of Python's own library. */
import { CorruptFileError } from '../corrupt-file-error.js';
import { type MemoryBudget, OBJECT_BYTES, SLOT_BYTES } from './limits.js';
import { ForeignObject, type PickleValue } from './values.js';

/** collections.OrderedDict: () or ([[key, value], ...]) as Python 2 wrote it. */
export function orderedDict([pairs]: readonly PickleValue[], budget: MemoryBudget): PickleValue {
  if (pairs === undefined) return new Map();
  budget.charge(elementsOf(pairs).length * SLOT_BYTES);
  return new Map(
    elementsOf(pairs).map((pair) => {
      const [key, value] = elementsOf(pair);
      return [key ?? null, value ?? null];
    }),
  );
}

/** collections.Counter: ({element: count}) */
export function counter([counts]: readonly PickleValue[], budget: MemoryBudget): PickleValue {
  if (!(counts instanceof Map)) return new Map();
  budget.charge(counts.size * SLOT_BYTES);
  return new Map(counts);
}

/** builtins.set and frozenset: ([elements]) */
export function pythonSet([elements]: readonly PickleValue[], budget: MemoryBudget): PickleValue {
  const items = elements === undefined ? [] : elementsOf(elements);
  budget.charge(OBJECT_BYTES + items.length * SLOT_BYTES);
  return new Set(items);
}

/** collections.deque, torch.Size: ([elements]) */
export function sequence([elements]: readonly PickleValue[], budget: MemoryBudget): PickleValue {
  const items = elements === undefined ? [] : elementsOf(elements);
  budget.charge(OBJECT_BYTES + items.length * SLOT_BYTES);
  return items.slice();
}

/** _codecs.encode(text, 'latin1'): how protocol 2 writes bytes. */
export function encodedBytes([text, encoding]: readonly PickleValue[], budget: MemoryBudget): Uint8Array {
  if (typeof text !== 'string' || encoding !== 'latin1')
    throw new CorruptFileError('holds bytes in an encoding other than Latin-1');
  budget.charge(OBJECT_BYTES + text.length);
  return Buffer.from(text, 'latin1');
}

/** builtins.bytearray: (), (bytes) or (text, 'latin-1') */
export function byteArray([content]: readonly PickleValue[], budget: MemoryBudget): Uint8Array {
  if (typeof content === 'string') return encodedBytes([content, 'latin1'], budget);
  return content instanceof Uint8Array ? content : new Uint8Array();
}

/** copyreg._reconstructor: (class, base, base value), how protocols 0 and 1 make an instance. */
export function reconstructed([cls, , base]: readonly PickleValue[]): ForeignObject {
  return instanceOf(cls, base === undefined || base === null ? [] : [base]);
}

/** copyreg.__newobj__: (class, ...args) */
export function newObject(clsAndArgs: readonly PickleValue[], budget: MemoryBudget): ForeignObject {
  budget.charge(clsAndArgs.length * SLOT_BYTES);
  return instanceOf(clsAndArgs[0], clsAndArgs.slice(1));
}

function instanceOf(cls: PickleValue | undefined, args: readonly PickleValue[]): ForeignObject {
  if (cls === null || typeof cls !== 'object' || !('name' in cls))
    throw new CorruptFileError('makes an instance of no class');
  return new ForeignObject(cls.name, args);
}

function elementsOf(value: PickleValue): PickleValue[] {
  if (!Array.isArray(value))
    throw new CorruptFileError('builds a collection from something that is not a list');
  return value;
}
