/** Shape changes of float32 constants, done while recording so that the model need not. Browser-safe. */
import { elementCount } from '../tensor/host-tensor.js';
import { constant, floats, type Value } from './graph.js';

/** Rotates the axes of a constant, which is all that weights need: a matrix transposition of the two parts. */
export function transposeConstant(value: Value, permutation: readonly number[]): Value {
  const first = permutation[0]!;
  const isRotation = permutation.every((axis, i) => axis === (first + i) % permutation.length);
  if (!isRotation) throw new Error(`Constants are not transposed by ${permutation}.`);
  const columns = elementCount(value.shape.slice(first));
  const source = floats(value);
  return constant(
    transposeMatrix(source, source.length / columns, columns),
    permutation.map((axis) => value.shape[axis]!),
    value.name,
  );
}

/** Rows x columns -> columns x rows, in tiles that stay in the cache. */
function transposeMatrix(source: Float32Array, rows: number, columns: number): Float32Array {
  const tile = 32;
  const result = new Float32Array(source.length);
  for (let top = 0; top < rows; top += tile) {
    const bottom = Math.min(top + tile, rows);
    for (let left = 0; left < columns; left += tile) {
      const right = Math.min(left + tile, columns);
      for (let column = left; column < right; column++) {
        for (let row = top; row < bottom; row++)
          result[column * rows + row] = source[row * columns + column]!;
      }
    }
  }
  return result;
}

export function sliceConstant(value: Value, axis: number, start: number, end: number): Value {
  if (axis !== 0) throw new Error('Constants are only sliced along their first axis.');
  const row = elementCount(value.shape.slice(1));
  const shape = [end - start, ...value.shape.slice(1)];
  return constant(floats(value).subarray(start * row, end * row), shape, `${value.name}[${start}:${end}]`);
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
