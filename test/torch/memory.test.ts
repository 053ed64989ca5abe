import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { afterEach } from 'node:test';
import { Worker } from 'node:worker_threads';
import { addon } from '../../src/torch/addon.js';
import { callTensor } from '../../src/torch/call.js';
import { heldMemory, keepFreedMemory } from '../../src/torch/memory.js';
import { scope } from '../../src/torch/scope.js';
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

torchTest(
  'what is kept is cut to the size of the next tensor, and what lies side by side becomes one again',
  () => {
    keepFreedMemory(true);
    make(16).dispose();
    const parts = [make(4), make(6)];
    assert.deepEqual(heldMemory(), { inUse: 10 * megabyte, kept: 6 * megabyte });
    for (const part of parts) part.dispose();
    const whole = make(16);
    assert.deepEqual(heldMemory(), { inUse: 16 * megabyte, kept: 0 });
    whole.dispose();
  },
);

torchTest('the garbage collector is told of each tensor that no scope frees, and of no others', (context) => {
  const told = context.mock.method(addon(), 'reportExternalMemory').mock;
  const make = () => fromNumbers([1]);
  scope(() => {
    make();
    scope(make);
  });
  assert.equal(told.callCount(), 0);
  for (const tensor of [make(), make()]) tensor.dispose();
  assert.equal(told.callCount(), 2);
});

torchTest('large tensors that no scope frees drive the garbage collector', async () => {
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { detail: { kind: number } })[])
      if (entry.detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections += 1;
  });
  observer.observe({ entryTypes: ['gc'] });
  // They are held, so that none is left to be freed when it pleases the collector.
  const tensors = Array.from({ length: 40 }, () =>
    callTensor('aten::empty.memory_format', [4 * megabyte], 'float32', null, null, null, null),
  );
  for (let turn = 0; collections === 0 && turn < 10_000; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  observer.disconnect();
  for (const tensor of tensors) tensor.dispose();
  assert.ok(collections > 0);
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

torchTest('memory is kept until all who asked for it have taken that back', () => {
  keepFreedMemory(true);
  keepFreedMemory(true);
  keepFreedMemory(false);
  make(8).dispose();
  assert.deepEqual(heldMemory(), { inUse: 0, kept: 8 * megabyte });
  keepFreedMemory(false);
  assert.deepEqual(heldMemory(), { inUse: 0, kept: 0 });
  keepFreedMemory(false); // once too often
  keepFreedMemory(true);
  make(8).dispose();
  assert.deepEqual(heldMemory(), { inUse: 0, kept: 8 * megabyte });
});

torchTest('a thread that ends takes back what it asked for, and no more', async () => {
  const address = new URL('../../src/torch/memory.js', import.meta.url);
  const program = `import(${JSON.stringify(address.href)}).then(({ keepFreedMemory }) => keepFreedMemory(true))`;
  const thread = async () => once(new Worker(program, { eval: true }), 'exit');
  await thread();
  make(8).dispose();
  assert.deepEqual(heldMemory(), { inUse: 0, kept: 0 });
  keepFreedMemory(true);
  await thread();
  make(8).dispose();
  assert.deepEqual(heldMemory(), { inUse: 0, kept: 8 * megabyte });
});
