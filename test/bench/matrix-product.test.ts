import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMatrixProduct } from '../../src/bench/matrix-product.js';

test('the matrix product multiplies its matrices', async () => {
  await using product = await openMatrixProduct(2);
  const { values, shape } = await product.run();
  assert.deepEqual(shape, [1, 2048]);
  const at = (row: number, column: number) => ((row * 2048 + column) % 251) / 251;
  for (const column of [0, 7, 2047]) {
    let expected = 0;
    for (let i = 0; i < 2048; i++) expected += at(0, i) * at(i, column);
    assert.ok(Math.abs(values[column]! / expected - 1) < 1e-4, `column ${column}`);
  }
});
