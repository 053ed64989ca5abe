/** Shape changes of float32 constants, done while recording so that the model need not. Browser-safe. */
import { elementCount, type Shape } from '../tensor/host-tensor.js';
import { constant, floats, type Value } from './graph.js';

function strides(shape: Shape): number[] {
  return shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
}

export function transposeConstant(value: Value, permutation: readonly number[]): Value {
  const source = floats(value);
  const shape = permutation.map((axis) => value.shape[axis]!);
  const sourceStrides = strides(value.shape);
  const steps = permutation.map((axis) => sourceStrides[axis]!);
  const result = new Float32Array(source.length);
  let written = 0;
  const copy = (axis: number, offset: number): void => {
    if (axis === shape.length) {
      result[written++] = source[offset]!;
      return;
    }
    for (let i = 0; i < shape[axis]!; i++) copy(axis + 1, offset + i * steps[axis]!);
  };
  copy(0, 0);
  return constant(result, shape);
}

export function sliceConstant(value: Value, axis: number, start: number, end: number): Value {
  if (axis !== 0) throw new Error('Constants are only sliced along their first axis.');
  const row = elementCount(value.shape.slice(1));
  return constant(floats(value).subarray(start * row, end * row), [end - start, ...value.shape.slice(1)]);
}

/** Rows of a table (R x C) at int64 indices of any shape -> indices' shape x C. */
export function gatherConstantRows(table: Value, indices: Value): Value {
  const rows = floats(table);
  const [count, width] = table.shape as [number, number];
  const picks = indices.constant as BigInt64Array;
  const result = new Float32Array(picks.length * width);
  picks.forEach((pick, i) => {
    if (pick < 0n || pick >= BigInt(count)) {
      throw new RangeError(`${indices.name} points to row ${pick} of ${table.name}, which has ${count}.`);
    }
    const start = Number(pick) * width;
    result.set(rows.subarray(start, start + width), i * width);
  });
  return constant(result, [...indices.shape, width]);
}
