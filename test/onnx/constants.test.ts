import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatherConstantRows, sliceConstant, transposeConstant } from '../../src/onnx/constants.js';
import { constant, floats, int64Constant } from '../../src/onnx/graph.js';

const counting = (...shape: number[]) => {
  const count = shape.reduce((a, b) => a * b, 1);
  return constant(
    Float32Array.from({ length: count }, (_, i) => i),
    shape,
    'table',
  );
};

test('a rotation of the axes moves every element, beyond the edge of a tile too', () => {
  const rotated = transposeConstant(counting(2, 3, 4), [1, 2, 0]);
  assert.deepEqual(rotated.shape, [3, 4, 2]);
  assert.deepEqual([...floats(rotated).subarray(0, 6)], [0, 12, 1, 13, 2, 14]);
  const wide = transposeConstant(counting(33, 65), [1, 0]);
  for (const [row, column] of [
    [0, 32],
    [64, 0],
    [64, 32],
    [31, 31],
  ] as const)
    assert.equal(floats(wide)[row * 33 + column], column * 65 + row);
  assert.throws(() => transposeConstant(counting(2, 3, 4), [0, 2, 1]), /not transposed by 0,2,1/);
});

test('rows are cut out and looked up', () => {
  const rows = sliceConstant(counting(4, 2), 0, 1, 3);
  assert.deepEqual([rows.shape, [...floats(rows)], rows.name], [[2, 2], [2, 3, 4, 5], 'table[1:3]']);
  assert.throws(() => sliceConstant(counting(4, 2), 1, 0, 1));
  const picked = gatherConstantRows(counting(4, 2), int64Constant([3, 0, 3], [1, 3]));
  assert.deepEqual(
    [picked.shape, [...floats(picked)]],
    [
      [1, 3, 2],
      [6, 7, 0, 1, 6, 7],
    ],
  );
  for (const outside of [4, -1])
    assert.throws(() => gatherConstantRows(counting(4, 2), int64Constant([outside])), RangeError);
});
