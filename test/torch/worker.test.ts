import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { liveTensors } from '../../src/torch/tensor.js';
import { torchTest } from '../support/torch.js';

const program = new URL('./worker-program.js', import.meta.url);

torchTest('several threads train at once, each with its own count of tensors', async () => {
  const workers = [1, 2, 3].map((seed) => new Worker(program, { workerData: { seed, leak: false } }));
  const results = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
  await Promise.all(workers.map((worker) => worker.terminate()));
  for (const { losses, live } of results) {
    assert.equal(live, 0);
    assert.ok(losses.at(-1) < losses[0] / 10, `the loss went from ${losses[0]} to ${losses.at(-1)}`);
  }
});

torchTest('a thread that ends with tensors alive frees them', async () => {
  const before = liveTensors();
  const worker = new Worker(program, { workerData: { seed: 1, leak: true } });
  const [[{ live }]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  assert.ok(live > 0);
  assert.equal(liveTensors(), before);
});
