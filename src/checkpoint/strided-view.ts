import type { Shape } from '../tensor/host-tensor.js';
import { CorruptFileError } from './corrupt-file-error.js';

/** How a tensor lies in its storage, in elements: PyTorch's storage_offset, size and stride. */
export interface StridedView {
  readonly offset: number;
  readonly shape: Shape;
  readonly strides: readonly number[];
}

/**
 * Bytes that a view may hold beyond its storage. Expanded tensors (stride 0) repeat elements, so a few bytes of
 * file can ask for any amount of memory.
 */
const EXPANSION_LIMIT = 64 * 2 ** 20;

/** PyTorch and NumPy have no tensors of more axes. */
export const MOST_AXES = 64;

/** Number of elements of a shape from a file. @throws CorruptFileError when the product is not exact. */
export function checkedElementCount(shape: Shape): number {
  let count = 1;
  for (const size of shape) count *= size;
  if (shape.includes(0)) return 0;
  if (!Number.isSafeInteger(count))
    throw new CorruptFileError(`holds a tensor of impossible shape ${shape.join('x')}`);
  return count;
}

/** The elements of the storage a view reaches: the first, and how many from there to the last. */
export function spanOf(view: StridedView): { start: number; length: number } {
  if (view.shape.includes(0)) return { start: view.offset, length: 0 };
  const last = view.shape.reduce((sum, size, axis) => sum + (size - 1) * view.strides[axis]!, 0);
  return { start: view.offset, length: last + 1 };
}

/**
 * Proves that a view lies inside its storage.
 * @throws CorruptFileError on a negative or fractional number, on shape and strides of unequal length, on a reach past the
 * storage's end, and on an expansion beyond all use.
 */
export function checkView(view: StridedView, storageBytes: number, itemBytes: number): void {
  const { offset, shape, strides } = view;
  if (shape.length !== strides.length)
    throw new CorruptFileError(`holds a tensor with ${shape.length} sizes but ${strides.length} strides`);
  if (![offset, ...shape, ...strides].every((n) => Number.isSafeInteger(n) && n >= 0))
    throw new CorruptFileError(
      `holds a tensor of impossible geometry (shape ${shape.join('x')}, strides ${strides.join(',')}, offset ${offset})`,
    );
  const bytes = checkedElementCount(shape) * itemBytes;
  const { start, length } = spanOf(view);
  if (!(length === 0 || (start + length) * itemBytes <= storageBytes))
    throw new CorruptFileError(
      `holds a tensor of shape ${shape.join('x')} that reaches past its storage of ${storageBytes} bytes`,
    );
  if (bytes > storageBytes + EXPANSION_LIMIT)
    throw new CorruptFileError(
      `holds a tensor of shape ${shape.join('x')} expanded from a storage of ${storageBytes} bytes`,
    );
}

/** The strides of a row-major tensor without gaps. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** Whether the elements of a view follow one another in the storage. */
export function isContiguous({ shape, strides }: StridedView): boolean {
  if (shape.includes(0)) return true;
  const expected = contiguousStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
}

/**
 * Copies the elements of a view into row-major order.
 * @param span the storage's bytes from the view's first element to its last, aligned to 4 bytes.
 */
export function gather(span: Uint8Array, view: StridedView, itemBytes: number): Uint8Array {
  // Elements of 8 bytes travel as pairs of 4: a float64 would lose NaN payloads, a bigint is slow.
  const unit = Math.min(itemBytes, 4) as 1 | 2 | 4;
  const parts = itemBytes / unit;
  const shape = parts === 1 ? view.shape : [...view.shape, parts];
  const strides = parts === 1 ? view.strides : [...view.strides.map((stride) => stride * parts), 1];
  const target = new Uint8Array(shape.reduce((product, size) => product * size, unit));
  copyAxes(asUnits(span, unit), asUnits(target, unit), shape, strides);
  return target;
}

type Units = Uint8Array | Uint16Array | Uint32Array;

function asUnits(bytes: Uint8Array, unit: 1 | 2 | 4): Units {
  const { buffer, byteOffset, byteLength } = bytes;
  if (unit === 1) return bytes;
  if (unit === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

function copyAxes(source: Units, target: Units, shape: Shape, strides: readonly number[]): void {
  const inner = shape.length - 1;
  let filled = 0;
  const copyAxis = (axis: number, from: number): void => {
    const size = shape[axis]!;
    const step = strides[axis]!;
    if (axis === inner) for (let i = 0; i < size; i++) target[filled++] = source[from + i * step]!;
    else for (let i = 0; i < size; i++) copyAxis(axis + 1, from + i * step);
  };
  if (inner < 0) target[0] = source[0]!;
  else copyAxis(0, 0);
}
