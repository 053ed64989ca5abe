import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkedElementCount,
  checkView,
  contiguousStrides,
  gather,
  isContiguous,
  spanOf,
} from '../../src/checkpoint/strided-view.js';

const bytesOf = (values: ArrayLike<number> & ArrayBufferView) =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

test('strides of row-major tensors, and which views have them', () => {
  assert.deepEqual(contiguousStrides([2, 3, 4]), [12, 4, 1]);
  assert.deepEqual(contiguousStrides([]), []);
  assert.ok(isContiguous({ offset: 5, shape: [2, 3], strides: [3, 1] }));
  assert.ok(isContiguous({ offset: 0, shape: [1, 3], strides: [99, 1] }), 'an axis of one has any stride');
  assert.ok(isContiguous({ offset: 0, shape: [0, 3], strides: [7, 7] }));
  assert.ok(!isContiguous({ offset: 0, shape: [2, 3], strides: [1, 2] }));
});

test('the span of a view is from its first element to its last', () => {
  assert.deepEqual(spanOf({ offset: 4, shape: [2, 3], strides: [1, 2] }), { start: 4, length: 6 });
  assert.deepEqual(spanOf({ offset: 4, shape: [5], strides: [0] }), { start: 4, length: 1 });
  assert.deepEqual(spanOf({ offset: 4, shape: [2, 0], strides: [1, 1] }), { start: 4, length: 0 });
});

test('a view is gathered row by row, for elements of every width', () => {
  const view = { offset: 0, shape: [3, 2], strides: [1, 3] }; // [[0, 1, 2], [3, 4, 5]] transposed
  const expected = [0, 3, 1, 4, 2, 5];
  for (const type of [Uint8Array, Uint16Array, Float32Array, Float64Array]) {
    const source = type.from([0, 1, 2, 3, 4, 5]);
    const gathered = gather(bytesOf(source), view, type.BYTES_PER_ELEMENT);
    assert.deepEqual([...new type(gathered.slice().buffer)], expected, type.name);
  }
  const expanded = gather(Uint8Array.of(7), { offset: 0, shape: [2, 2], strides: [0, 0] }, 1);
  assert.deepEqual([...expanded], [7, 7, 7, 7]);
  assert.deepEqual([...gather(Uint8Array.of(9), { offset: 0, shape: [], strides: [] }, 1)], [9]);
});

test('numbers of 8 bytes keep every bit, that of a NaN too', () => {
  const source = BigUint64Array.of(0x7ff8dead_beef0001n, 2n);
  const gathered = gather(new Uint8Array(source.buffer), { offset: 0, shape: [2], strides: [1] }, 8);
  assert.deepEqual([...new BigUint64Array(gathered.buffer)], [...source]);
});

test('a view that does not lie in its storage is refused', () => {
  checkView({ offset: 2, shape: [2, 2], strides: [2, 1] }, 24, 4);
  const refused: [Parameters<typeof checkView>[0], RegExp][] = [
    [{ offset: 3, shape: [2, 2], strides: [2, 1] }, /reaches past its storage of 24 bytes/],
    [{ offset: 0, shape: [2], strides: [] }, /1 sizes but 0 strides/],
    [{ offset: -1, shape: [2], strides: [1] }, /impossible geometry/],
    [{ offset: 0, shape: [1.5], strides: [1] }, /impossible geometry/],
    [{ offset: 0, shape: [2 ** 20, 2 ** 20], strides: [0, 0] }, /expanded from a storage of 24 bytes/],
    [{ offset: 0, shape: [2 ** 30, 2 ** 30], strides: [0, 0] }, /impossible shape 1073741824x1073741824/],
  ];
  for (const [view, message] of refused)
    assert.throws(() => checkView(view, 24, 4), { name: 'Error', code: 'checkpoint.unreadable', message });
  assert.equal(checkedElementCount([2 ** 40, 2 ** 40, 0]), 0);
});
