import type { StoredTensor } from '../stored-tensor.js';
import type { NumpyArray, NumpyDType } from './numpy.js';
import type { TorchStorage } from './torch.js';

/**
 * What a pickle holds, in JavaScript's terms: None is null; an int a number, or a bigint beyond 2^53; str a
 * string; bytes a Uint8Array; list and tuple an array; dict and OrderedDict a Map in file order; set a Set.
 * The graph may share parts and even hold cycles, as in Python.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | StoredTensor
  | TorchStorage
  | NumpyArray
  | NumpyDType
  | PythonGlobal
  | ForeignObject;

/** A class or function named by a pickle, such as `collections.OrderedDict`: a name and nothing more. */
export class PythonGlobal {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** An instance of a class unknown to us: what the pickle says of it, as data. Its class is never looked up. */
export class ForeignObject {
  readonly className: string;
  readonly args: readonly PickleValue[];
  /** The instance's attributes, usually a Map. */
  state: PickleValue = null;
  /** Entries of an instance that is also a dict. */
  entries: Map<PickleValue, PickleValue> | undefined;
  /** Elements of an instance that is also a list or set. */
  elements: PickleValue[] | undefined;

  constructor(className: string, args: readonly PickleValue[]) {
    this.className = className;
    this.args = args;
  }
}

/** The value reached from `root` by dictionary keys and list indices, or undefined when there is none. */
export function valueAt(root: PickleValue, ...path: readonly (string | number)[]): PickleValue | undefined {
  let value: PickleValue | undefined = root;
  for (const step of path) {
    if (value instanceof Map) value = value.get(step);
    else if (Array.isArray(value) && typeof step === 'number') value = value[step];
    else return undefined;
  }
  return value;
}
