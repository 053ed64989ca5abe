import assert from 'node:assert/strict';
import { test } from 'node:test';
import { belongsTo, parseShard } from '../../src/predict/shard.js';

test('parts are even and hold every file once', () => {
  const parts = [1, 2, 3, 4].map((index) =>
    Array.from({ length: 22 }, (_, number) => number).filter((number) =>
      belongsTo(number, { index, count: 4 }),
    ),
  );
  assert.deepEqual(
    parts.map(({ length }) => length),
    [6, 6, 5, 5],
  );
  assert.equal(new Set(parts.flat()).size, 22);
});

test('a part is named, or taken from the job array', () => {
  assert.deepEqual(parseShard('2/8', {}), { index: 2, count: 8 });
  const slurm = {
    SLURM_ARRAY_TASK_ID: '7',
    SLURM_ARRAY_TASK_MIN: '1',
    SLURM_ARRAY_TASK_STEP: '2',
    SLURM_ARRAY_TASK_COUNT: '5',
  };
  assert.deepEqual(parseShard('auto', slurm), { index: 4, count: 5 });
  assert.deepEqual(parseShard('auto/3', { JOB_COMPLETION_INDEX: '0' }), { index: 1, count: 3 });
});

test('anything else is refused', () => {
  const job = { JOB_COMPLETION_INDEX: '3' };
  for (const text of ['', '0/4', '5/4', '1', 'a/b', '1/2/3', 'auto', 'auto/3'])
    assert.throws(() => parseShard(text, job), { code: 'option.invalid' }, text);
  assert.throws(() => parseShard('auto', {}), /Expected a job array for --shard auto/);
});
