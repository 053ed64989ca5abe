import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ErrorCode } from '../../../src/errors.js';
import { callTensor } from '../../../src/torch/call.js';
import { heldMemory } from '../../../src/torch/memory.js';
import { liveTensors } from '../../../src/torch/tensor.js';
import type { TrainingOverrides } from '../../../src/train/config/training-options.js';
import { openTrainingSession } from '../../../src/train/session/session.js';
import { run } from '../../support/poster-command.js';
import { torchTest } from '../../support/torch.js';
import { drawFaces, shortTraining } from '../support.js';

let data: string;
before(async () => {
  data = await drawFaces();
});

/** The options of a short training, without the folder of its run. */
function overridesOf(more: TrainingOverrides): TrainingOverrides {
  const { output, ...overrides } = shortTraining(data, '');
  return { ...overrides, ...more };
}

/** Bytes that are counted of a large tensor: none while no session keeps freed memory. */
function countedBytes(): number {
  const large = callTensor('aten::full', [2 ** 20], 1, 'float32', null, null, null);
  const { inUse, kept } = heldMemory();
  large.dispose();
  return inUse + kept;
}

torchTest('a session holds its tensors and freed memory until it is disposed', async () => {
  const before = liveTensors();
  const session = await openTrainingSession({
    overrides: overridesOf({ ema: 0.9, classWeights: 'balanced' }),
  });
  assert.ok(liveTensors() > before + 3 * session.optimizer.state.moments.get('exp_avg')!.size);
  assert.ok(countedBytes() >= 2 ** 22);
  await session[Symbol.asyncDispose]();
  assert.equal(liveTensors(), before);
  assert.equal(countedBytes(), 0);
  await session[Symbol.asyncDispose]();
});

torchTest('a session that does not open gives back all it had taken', async () => {
  const failing: [ErrorCode, TrainingOverrides][] = [
    ['file.missing', { ir50: join(data, 'none.pth') }],
    ['option.invalid', { ema: 0.9, classWeights: [1, 2] }],
  ];
  for (const [code, options] of failing) {
    const before = liveTensors();
    await assert.rejects(openTrainingSession({ overrides: overridesOf(options) }), { code });
    assert.equal(liveTensors(), before, code);
    assert.equal(countedBytes(), 0, code);
  }
});

torchTest('a session that does not open leaves the processes it had met', async () => {
  const program = fileURLToPath(new URL('../failing-session.js', import.meta.url));
  const overrides = overridesOf({ batchSize: 6, classWeights: [1, 2] });
  const { code, stdout, stderr } = await run(process.execPath, [program, JSON.stringify(overrides)]);
  assert.equal(code, 0, stderr);
  const [failure, met] = stdout.trimEnd().split('\n');
  assert.match(
    failure!,
    /^Expected classWeights \(--class-weights\) to have one number for each of 7 classes/,
  );
  assert.match(met!, /Expected this process to have joined others\.$/);
});
