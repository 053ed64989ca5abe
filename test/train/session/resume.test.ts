import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writePth } from '../../../src/checkpoint/pth/write.js';
import { compactConfig, narrowConfig } from '../../../src/network/config.js';
import { initialTensor } from '../../../src/network/initial-values.js';
import { posterV2 } from '../../../src/network/poster-v2.js';
import type { HostTensor } from '../../../src/tensor/host-tensor.js';
import type { TrainingData } from '../../../src/train/batches/training-data.js';
import { resolveConfig } from '../../../src/train/config/config.js';
import type { TrainingConfig } from '../../../src/train/config/training-options.js';
import { startOf } from '../../../src/train/session/progress.js';
import {
  openResumption,
  type Resumption,
  remarksOnResumption,
  resumedConfig,
  resumedProgress,
} from '../../../src/train/session/resume.js';
import { readTrainingWeights } from '../../../src/train/weights/training-checkpoint.js';

/** Written by PyTorch with what the official program keeps, its pickled recorders and its SAM's state included. */
const official = fileURLToPath(new URL('../../../../test/fixtures/pth/official.pth', import.meta.url));

const classes = [...'abcdefg'];
const data: TrainingData = {
  ...{ classes, train: [], counts: [], alignment: undefined, notes: [] },
  valid: { name: 'RAF-DB', root: '', classes, samples: [], split: 'valid' },
};

test("the official program's epoch and best accuracy are taken over", async () => {
  const resumption = await openResumption(official);
  assert.equal(resumption.saved, undefined);
  const config = resumedConfig(resumption, { dataType: 'RAF-DB', data: 'raf-db' });
  const { epoch, step, best } = resumedProgress(resumption, config, data);
  assert.deepEqual([epoch, step, best!.epoch], [3, 0, 3]);
  assert.ok(Math.abs(best!.accuracy - 0.922099) < 1e-6, `${best!.accuracy}`);
  await resumption.checkpoint.close();
});

test('it must be said what the official program trained on, and for how many epochs to go on', async () => {
  const resumption = await openResumption(official);
  assert.throws(() => resumedConfig(resumption, {}), {
    code: 'option.invalid',
    message: `Expected dataType (--data-type): ${official} is the official program's and does not say what it was trained on.`,
  });
  const config = resumedConfig(resumption, { dataType: 'RAF-DB', data: 'raf-db', epochs: 3 });
  assert.throws(() => resumedProgress(resumption, config, data), {
    code: 'option.invalid',
    message: `Expected epochs (--epochs) above 3, got 3: ${official} has been trained for as many; pass more.`,
  });
  await resumption.checkpoint.close();
});

test('weights are taken over from names with a prefix, and refused by a network of another size', async () => {
  const network = posterV2(narrowConfig);
  const weights = new Map<string, HostTensor>();
  for (const entry of network.entries.values()) weights.set(entry.name, initialTensor(entry, Math.random));
  const path = join(await mkdtemp(join(tmpdir(), 'poster-resume-')), 'model.pth');
  const prefixed = [...weights].map(([name, tensor]) => [`module.${name}`, tensor] as [string, HostTensor]);
  await writePth(path, prefixed, { epoch: 3 });
  const { checkpoint } = await openResumption(path);
  const read = await readTrainingWeights(checkpoint, network);
  assert.deepEqual([...read.keys()], [...weights.keys()]);
  for (const [name, { dtype, shape, data }] of weights) {
    const found = read.get(name)!;
    assert.deepEqual([found.dtype, found.shape], [dtype, shape], name);
    assert.equal(Buffer.compare(found.data, data), 0, name);
  }
  await assert.rejects(readTrainingWeights(checkpoint, posterV2(compactConfig)), {
    code: 'checkpoint.mismatch',
    message: /model\.pth/,
  });
  await checkpoint.close();
});

test('a resumption says when other options change the learning rate', () => {
  const config = resolveConfig('RAF-DB', {
    data: 'raf-db',
    schedule: 'cosine',
    learningRate: 1e-3,
    epochs: 10,
  });
  const progress = { ...startOf(10), steps: 100 };
  const saved = { config, progress, averagedSteps: 0, trainImages: 7 };
  const remarks = (changes: Partial<TrainingConfig>) =>
    remarksOnResumption({ saved } as Resumption, { ...config, ...changes });
  assert.deepEqual(remarks({}), []);
  assert.deepEqual(remarks({ epochs: 20 }), [
    'The learning rate continues at 0.0005, where the saved options would have it at 0.',
  ]);
  assert.deepEqual(remarksOnResumption({ saved: undefined } as Resumption, config), []);
});
