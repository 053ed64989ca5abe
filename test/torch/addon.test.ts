import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PosterError } from '../../src/errors.js';
import { load } from '../../src/torch/addon.js';
import {
  buildSettings,
  cudaDevices,
  cudaMemory,
  libtorchVersion,
  setNumerics,
  setThreads,
  threads,
} from '../../src/torch/machine.js';
import { torchTest } from '../support/torch.js';

const buildCommand = 'npm run setup -- --native';

test('an engine that was not built says how to build it', () => {
  assert.throws(() => load('/nowhere/poster_torch.node'), {
    code: 'engine.unavailable',
    message: `Training needs the libtorch engine, but /nowhere/poster_torch.node does not exist; run \`${buildCommand}\` to build it.`,
  });
});

test('an engine that does not load says why and what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'poster-'));
  const path = join(folder, 'poster_torch.node');
  writeFileSync(path, 'no library');
  assert.throws(
    () => load(path),
    ({ code, message }: PosterError) => {
      assert.equal(code, 'engine.unavailable');
      assert.match(message, /cannot be loaded \(.*\); was libtorch moved or removed\? Run `/s);
      assert.ok(message.endsWith(`Run \`${buildCommand}\` to build it anew.`), message);
      return true;
    },
  );
  rmSync(folder, { recursive: true });
});

torchTest('the machine is described', () => {
  assert.match(libtorchVersion(), /^\d+\.\d+\.\d+/);
  assert.match(buildSettings(), /PyTorch built with/);
  if (cudaDevices() === 0) assert.equal(cudaMemory(), undefined);
  setNumerics({ benchmark: false, tf32: true, deterministic: false });
});

torchTest('threads can be set', () => {
  const before = threads();
  setThreads(2);
  assert.equal(threads(), 2);
  for (const wrong of [0, 1.5, 4097, Number.NaN])
    assert.throws(() => setThreads(wrong), {
      code: 'option.invalid',
      message: `Expected the number of threads to be a whole number from 1 to 4096, but got ${wrong}.`,
    });
  setThreads(before);
});
