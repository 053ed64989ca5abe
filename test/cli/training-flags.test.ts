import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { trainingOverrides, withTrainingFlags } from '../../src/cli/training-flags.js';

const parse = (...args: string[]) => {
  const command = withTrainingFlags(new Command('train').exitOverride());
  return trainingOverrides(command.parse(args, { from: 'user' }));
};

test('several teachers follow one flag', async () => {
  assert.deepEqual(await parse('--teacher', 'a.pth', 'b.safetensors', '--distill-weight', '0.7'), {
    teacher: ['a.pth', 'b.safetensors'],
    distillWeight: 0.7,
  });
  assert.deepEqual(await parse('--temperature', '4', '--teacher', 'a.pth'), {
    teacher: ['a.pth'],
    temperature: 4,
  });
});

test('flags have the names of timm and PyTorch', async () => {
  const flags =
    '--schedule cosine --min-lr 1e-6 --warmup 0.5 --wd 0.05 --wd-exclude-1d --clip-grad 5 --ema 0.999';
  assert.deepEqual(await parse(...flags.split(' ')), {
    ...{ schedule: 'cosine', minLearningRate: 1e-6, warmupEpochs: 0.5, weightDecay: 0.05 },
    ...{ weightDecayExclude1d: true, clipGradient: 5, ema: 0.999 },
  });
  assert.deepEqual(await parse('--weight-decay-exclude-1d'), { weightDecayExclude1d: true });
});

test('what is not given is not there', async () => {
  assert.deepEqual(await parse(), {});
});
