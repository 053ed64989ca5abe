import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runStatusSchema } from '../../../src/runs/run-status.js';
import type { TrainEvent } from '../../../src/train/events.js';
import { createStatusWriter, withStatus } from '../../../src/train/loop/status.js';

const newPath = async () => join(await mkdtemp(join(tmpdir(), 'poster-status-')), 'status.json');
const read = async (path: string) => runStatusSchema.parse(JSON.parse(await readFile(path, 'utf8')));

const start = { kind: 'start', summary: { config: { epochs: 4 }, stepsPerEpoch: 9 } } as TrainEvent;
const step = (step: number): TrainEvent => ({
  ...{ kind: 'step', epoch: 1, step, stepsPerEpoch: 9, steps: step, loss: 1.5, accuracy: 0.25 },
  ...{ learningRate: 1e-3, imagesPerSecond: Number.NaN, secondsLeft: Number.NaN },
});

test('the status is written at most once a second, and whole at the end', async () => {
  const path = await newPath();
  let time = 0;
  const writer = createStatusWriter(path, () => time);
  writer.update(start);
  for (time = 100; time < 900; time += 100) writer.update(step(time / 100));
  const first = await read(path);
  assert.deepEqual([first.state, first.step, first.updated], ['running', 0, '1970-01-01T00:00:00.000Z']);
  writer.end('interrupted');
  const last = await read(path);
  assert.deepEqual([last.state, last.step, last.imagesPerSecond], ['interrupted', 8, null]);
});

test('a failed run says why, and a status that cannot be written stops none', async () => {
  const path = await newPath();
  const host = { emit() {}, stopRequested: () => false };
  const failing = withStatus(path, host, async ({ emit }) => {
    emit(start);
    throw new Error('The loss became NaN.');
  });
  await assert.rejects(failing, { message: 'The loss became NaN.' });
  const { state, error } = await read(path);
  assert.deepEqual([state, error], ['failed', 'The loss became NaN.']);
  const result = await withStatus(join(path, 'below-a-file'), host, async ({ emit }) => {
    emit(start);
    return { stopped: 'all epochs' } as const;
  });
  assert.equal(result.stopped, 'all epochs');
});
