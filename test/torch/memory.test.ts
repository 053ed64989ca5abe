import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import { callTensor } from '../../src/torch/call.js';
import { heldMemory, keepFreedMemory } from '../../src/torch/memory.js';
import { fromNumbers, type Tensor } from '../../src/torch/tensor.js';
import { torchTest } from '../support/torch.js';

afterEach(() => keepFreedMemory(false));

const megabyte = 2 ** 20;
const make = (megabytes: number): Tensor =>
  callTensor('aten::full', [(megabytes * megabyte) / 4], 1.5, 'float32', null, null, null);

torchTest('the memory of a freed tensor is that of the next one of its size', () => {
  keepFreedMemory(true);
  const first = make(8);
  assert.deepEqual(heldMemory(), { inUse: 8 * megabyte, kept: 0 });
  first.dispose();
  assert.deepEqual(heldMemory(), { inUse: 0, kept: 8 * megabyte });
  const second = make(8);
  assert.deepEqual(heldMemory(), { inUse: 8 * megabyte, kept: 0 });
  assert.equal(second.toHost().data.byteLength, 8 * megabyte);
  second.dispose();
});

torchTest('kept and used memory together stay within the most that was used at once', () => {
  keepFreedMemory(true);
  for (const megabytes of [4, 8, 16, 32, 64, 16, 4]) make(megabytes).dispose();
  const { inUse, kept } = heldMemory();
  assert.equal(inUse, 0);
  assert.ok(kept <= 64 * megabyte, `${kept / megabyte} MB`);
});

torchTest('small tensors are left to libtorch', () => {
  keepFreedMemory(true);
  const small = fromNumbers([1, 2, 3]);
  assert.deepEqual(heldMemory(), { inUse: 0, kept: 0 });
  small.dispose();
});

torchTest('switched off, nothing is kept, and tensors made before can still be used and freed', () => {
  keepFreedMemory(true);
  const made = make(8);
  make(8).dispose();
  keepFreedMemory(false);
  assert.deepEqual(heldMemory(), { inUse: 8 * megabyte, kept: 0 });
  assert.equal(new Float32Array(made.toHost().data.buffer)[0], 1.5);
  made.dispose();
  assert.deepEqual(heldMemory(), { inUse: 0, kept: 0 });
});
