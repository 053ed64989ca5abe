import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { loadModel } from '../../src/model/load-model.js';
import { narrowConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { regeneratedTensor } from '../support/regenerated.js';

test('a file of before PyTorch 0.4.1, which counts no batches, recognises as one that does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'poster-model-'));
  const tensors = [...posterV2(narrowConfig).entries.values()].map(
    (entry) => [entry.name, regeneratedTensor(entry, 1)] as const,
  );
  const images = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i));
  const logitsOf = async (name: string, kept: typeof tensors) => {
    const path = join(folder, name);
    await writePth(path, kept);
    const { session } = await loadModel(path, { threads: 1 });
    const { logits } = await session.run(images, 1);
    return [...logits];
  };
  const counted = await logitsOf('counted.pth', tensors);
  assert.ok(counted.every(Number.isFinite));
  const uncounted = tensors.filter(([name]) => !name.endsWith('.num_batches_tracked'));
  assert.ok(uncounted.length < tensors.length);
  assert.deepEqual(await logitsOf('uncounted.pth', uncounted), counted);
});
