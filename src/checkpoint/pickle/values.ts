/** What the values of a pickle are in JavaScript. */
import type { DType, Shape } from '../../tensor/host-tensor.js';
import type { StoredTensor } from '../stored-tensor.js';

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

/** Reads part of a storage: exactly `length` bytes from byte `offset`. */
export type StorageReader = (offset: number, length: number) => Promise<Uint8Array>;

/** A block of elements that one or more tensors are views of. */
export class TorchStorage {
  readonly dtype: DType;
  /** Bytes the pickle declares; the opener checks them against the file. */
  readonly byteLength: number;
  readonly read: StorageReader;

  constructor(dtype: DType, byteLength: number, read: StorageReader) {
    this.dtype = dtype;
    this.byteLength = byteLength;
    this.read = read;
  }
}

const numpyDTypes: Readonly<Record<string, DType>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u1: 'uint8',
  b1: 'bool',
};

/** numpy.dtype, completed by the byte order that follows it in the pickle. */
export class NumpyDType {
  readonly code: string;
  byteOrder = '=';

  constructor(code: string) {
    this.code = code;
  }

  /** Our name for the type, or undefined for text, objects, complex numbers and big-endian values. */
  get dtype(): DType | undefined {
    return this.byteOrder !== '>' && Object.hasOwn(numpyDTypes, this.code)
      ? numpyDTypes[this.code]
      : undefined;
  }
}

/** numpy.ndarray, whose contents follow it in the pickle. */
export class NumpyArray {
  dtype: DType | undefined;
  shape: Shape = [0];
  /** Column-major, as Fortran stores matrices. */
  columnMajor = false;
  bytes: Uint8Array = new Uint8Array();
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
