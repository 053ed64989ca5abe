/** What the tests of the engine's own kernels share. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import type { test } from 'node:test';
import { toFloat32 } from '../../src/tensor/host-tensor.js';
import { callTensor } from '../../src/torch/call.js';
import { Generator } from '../../src/torch/random.js';
import type { Tensor } from '../../src/torch/tensor.js';

export function normal(shape: readonly number[], seed: number): Tensor {
  const empty = callTensor('aten::empty.memory_format', shape, 'float32');
  return callTensor('aten::normal_', empty, 0, 1, new Generator(seed, 'cpu'));
}

export function cast(x: Tensor, type: 'float32' | 'bfloat16' | 'float64'): Tensor {
  return callTensor('aten::to.dtype', x, type);
}

export function numbers(x: Tensor): Float32Array {
  return toFloat32(cast(x, 'float32').toHost());
}

/** libtorch's own variable, which our kernels follow. */
const capabilityName = 'ATEN_CPU_CAPABILITY';

/** Runs the tests of `file` again with the kernels for older processors. */
export function runNarrower(file: string, declare: typeof test, skip: string | false): void {
  if (process.env[capabilityName]) return;
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  for (const capability of ['default', 'avx2'])
    declare(`all of this with the kernels for processors of the kind "${capability}"`, { skip }, () => {
      const env = { ...environment, [capabilityName]: capability };
      const flags = ['--test', '--test-reporter=spec', file];
      const { status, stdout } = spawnSync(process.execPath, flags, { env, encoding: 'utf8' });
      assert.equal(status, 0, stdout);
      assert.match(stdout, /pass [1-9]/);
    });
}
