/** NumPy's dtypes, arrays and numbers as pickles hold them. */
import { dtypes, elementAt } from '../../tensor/host-tensor.js';
import { CorruptFileError } from '../corrupt-file-error.js';
import { StoredTensor } from '../stored-tensor.js';
import { checkedElementCount, contiguousStrides, gather, MOST_AXES } from '../strided-view.js';
import type { MemoryBudget } from './limits.js';
import { ForeignObject, NumpyArray, NumpyDType, type PickleValue } from './values.js';

/** numpy.dtype(code, align, copy) */
export function numpyDType([code]: readonly PickleValue[]): NumpyDType {
  return new NumpyDType(typeof code === 'string' ? code.replace(/^[<=|]/, '') : 'unknown');
}

/** dtype.__setstate__((version, byte order, ...)) */
export function setDTypeState(type: NumpyDType, state: PickleValue): void {
  if (Array.isArray(state) && typeof state[1] === 'string') type.byteOrder = state[1];
}

/** ndarray.__setstate__((version, shape, dtype, column major, values)). Values of unsupported types are dropped. */
export function setArrayState(array: NumpyArray, state: PickleValue, budget: MemoryBudget): void {
  const [, shape, type, columnMajor, values] = Array.isArray(state) ? state : [];
  fillArray(array, shape, type, rawBytes(values, budget));
  array.columnMajor = columnMajor === true;
}

/** numpy.core.numeric._frombuffer(values, dtype, shape, order), used from protocol 5 on. */
export function arrayFromBuffer(args: readonly PickleValue[], budget: MemoryBudget): NumpyArray {
  const [values, type, shape, order] = args;
  const array = new NumpyArray();
  fillArray(array, shape, type, rawBytes(values, budget));
  array.columnMajor = order === 'F';
  return array;
}

function fillArray(
  array: NumpyArray,
  shape: PickleValue | undefined,
  type: PickleValue | undefined,
  bytes: Uint8Array | undefined,
): void {
  if (!isShape(shape)) throw new CorruptFileError('holds a NumPy array without a proper shape');
  if (!(type instanceof NumpyDType)) throw new CorruptFileError('holds a NumPy array without a type');
  array.shape = shape;
  array.dtype = type.dtype;
  if (!array.dtype) return;
  const needed = checkedElementCount(array.shape) * dtypes[array.dtype].bytes;
  if (bytes?.byteLength !== needed)
    throw new CorruptFileError(
      `holds a NumPy array of shape ${array.shape.join('x')} with ${bytes?.byteLength ?? 0} bytes of values instead of ${needed}`,
    );
  array.bytes = bytes;
}

function isShape(value: PickleValue | undefined): value is number[] {
  if (!Array.isArray(value) || value.length > MOST_AXES) return false;
  return value.every((size) => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0);
}

/** numpy.core.multiarray.scalar(dtype, bytes): the number, or an opaque object for other types. */
export function numpyScalar(args: readonly PickleValue[], budget: MemoryBudget): PickleValue {
  const [type, values] = args;
  const dtype = type instanceof NumpyDType ? type.dtype : undefined;
  const data = rawBytes(values, budget);
  if (!dtype) return new ForeignObject('numpy.generic', args);
  if (data?.byteLength !== dtypes[dtype].bytes)
    throw new CorruptFileError('holds a NumPy number of the wrong length');
  const number = elementAt({ dtype, shape: [], data }, 0);
  return dtype === 'bool' ? number !== 0 : number;
}

/** Values are bytes, or under Python 2 a string with one character a byte. */
function rawBytes(values: PickleValue | undefined, budget: MemoryBudget): Uint8Array | undefined {
  if (typeof values !== 'string') return values instanceof Uint8Array ? values : undefined;
  budget.charge(values.length);
  return Buffer.from(values, 'latin1');
}

/** The array as a tensor, or undefined when its type has no equal among ours. */
export function tensorOfArray(array: NumpyArray): StoredTensor | undefined {
  const { dtype, shape, bytes } = array;
  if (!dtype) return undefined;
  return new StoredTensor(dtype, shape, async () => {
    const copy = bytes.slice();
    if (!array.columnMajor) return copy;
    const strides = contiguousStrides(shape.toReversed()).reverse();
    return gather(copy, { offset: 0, shape, strides }, dtypes[dtype].bytes);
  });
}
