import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { parseBatchSizes, registerBench } from '../../src/cli/commands/bench.js';
import { PosterError } from '../../src/errors.js';

test('batch sizes are a list of whole numbers, each once', () => {
  assert.deepEqual(parseBatchSizes('1,8,1,16'), [1, 8, 16]);
  for (const wrong of ['', '1,', '0', '1.5', 'one']) {
    assert.throws(
      () => parseBatchSizes(wrong),
      (error) => error instanceof PosterError && error.code === 'option.invalid',
      wrong,
    );
  }
});

test('the command offers its options', () => {
  const program = new Command();
  registerBench(program);
  const [bench] = program.commands;
  assert.deepEqual(
    bench!.options.map(({ long }) => long),
    [
      '--checkpoint',
      '--precision',
      '--network',
      '--threads',
      '--batch-sizes',
      '--rounds',
      '--seed',
      '--json',
    ],
  );
});
