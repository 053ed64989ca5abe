import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DataType } from '../../../src/data/labels.js';
import {
  checkConfig,
  flagOf,
  remarksOn,
  resolveConfig,
  savedConfig,
} from '../../../src/train/config/config.js';
import { factsOf } from '../../../src/train/config/option-kinds.js';
import {
  type OptionName,
  type TrainingOverrides,
  trainingOptions,
} from '../../../src/train/config/training-options.js';
import { startOf } from '../../../src/train/session/progress.js';
import { type Resumption, resumedConfig } from '../../../src/train/session/resume.js';
import { networkConfigOf } from '../../../src/train/weights/parameters.js';

const data = '/data/faces';

function messageFor(overrides: Record<string, unknown>): string {
  try {
    resolveConfig('RAF-DB', { data, ...overrides } as TrainingOverrides);
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'option.invalid');
    return (error as Error).message;
  }
  assert.fail(`${JSON.stringify(overrides)} was accepted`);
}

test('the presets are the official recipes', () => {
  const recipe = (type: DataType) => {
    const { learningRate, sampler, erasingProbability, erasingArea, evaluationSplit } = resolveConfig(type, {
      data,
    });
    return [learningRate, sampler, erasingProbability, erasingArea, evaluationSplit];
  };
  assert.deepEqual(recipe('RAF-DB'), [3.5e-5, 'shuffle', 0.5, [0.02, 0.1], 'valid']);
  assert.deepEqual(recipe('AffectNet-7'), [1e-6, 'imbalanced', 1, [0.05, 0.05], 'valid']);
  assert.deepEqual(recipe('AffectNet-8'), [1e-6, 'imbalanced', 1, [0.05, 0.05], 'test']);
  assert.deepEqual(recipe('CAER-S'), [4e-5, 'shuffle', 1, [0.05, 0.05], 'valid']);
  assert.deepEqual(recipe('folder'), [3.5e-5, 'shuffle', 0.5, [0.02, 0.1], 'valid']);
});

test('what no user says is what the official program does', () => {
  const config = resolveConfig('RAF-DB', { data });
  const { batchSize, epochs, rho, adaptive, optimizer, beta1, beta2, epsilon, decay, weightDecay } = config;
  assert.deepEqual(
    { batchSize, epochs, rho, adaptive, optimizer, beta1, beta2, epsilon, decay, weightDecay },
    {
      batchSize: 144,
      epochs: 200,
      rho: 0.05,
      adaptive: false,
      optimizer: 'adam',
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      decay: 0.98,
      weightDecay: 0,
    },
  );
  assert.deepEqual([config.erasingRatio, config.flip, config.momentum], [[0.3, 3.3], 0.5, 0]);
  const { schedule, warmupEpochs, clipGradient, weightDecayExclude1d, ema, teacher } = config;
  assert.deepEqual(
    [schedule, warmupEpochs, clipGradient, weightDecayExclude1d, ema, teacher],
    ['exponential', 0, 0, false, 0, null],
  );
  // PyTorch's AdamW decays the weights unless told otherwise, and the official program tells it nothing.
  assert.equal(resolveConfig('RAF-DB', { data, optimizer: 'adamw' }).weightDecay, 0.01);
  assert.equal(resolveConfig('RAF-DB', { data, optimizer: 'adamw', weightDecay: 0 }).weightDecay, 0);
});

test('given options replace those of the preset; undefined ones do not', () => {
  const config = resolveConfig('AffectNet-7', { data, learningRate: 1e-3, epochs: undefined });
  assert.equal(config.learningRate, 1e-3);
  assert.equal(config.epochs, 200);
  assert.equal(config.sampler, 'imbalanced');
});

test('an option out of range is a sentence with its name, its flag, its range and the value', () => {
  const sentences: [Record<string, unknown>, string][] = [
    [{ learningRate: -1 }, 'Expected learningRate (--lr) to be a number above 0 and at most 10, got -1.'],
    [
      { learningRate: Number.NaN },
      'Expected learningRate (--lr) to be a number above 0 and at most 10, got NaN.',
    ],
    [{ epochs: 1.5 }, 'Expected epochs (--epochs) to be a whole number from 1 to 100000, got 1.5.'],
    [
      { batchSize: 'many' },
      'Expected batchSize (--batch-size) to be a whole number from 2 to 65536, got "many".',
    ],
    [{ schedule: 'linear' }, 'Expected schedule (--schedule) to be exponential or cosine, got "linear".'],
    [{ clipGradient: -1 }, 'Expected clipGradient (--clip-grad) to be a number from 0 to 1000000, got -1.'],
    [
      { learningRate: 1e-3, minLearningRate: 2e-3 },
      'Expected minLearningRate (--min-lr) to be at most learningRate (--lr 0.001), got 0.002.',
    ],
    [{ optimizer: 'lion' }, 'Expected optimizer (--optimizer) to be adam, adamw or sgd, got "lion".'],
    [
      { erasingArea: [0.2, 0.1] },
      'Expected erasingArea (--erasing-area) to be two numbers from 0 to 1, the lower one first, got [0.2,0.1].',
    ],
    [
      { classWeights: [1, 0] },
      'Expected classWeights (--class-weights) to be none, balanced, or a number above 0 for each class, got [1,0].',
    ],
    [{ teacher: [] }, 'Expected teacher (--teacher) to be the paths of one or more checkpoints, got [].'],
    [
      { temperature: 0 },
      'Expected temperature (--temperature) to be a number above 0 and at most 100, got 0.',
    ],
    [
      { distillWeight: 1.1 },
      'Expected distillWeight (--distill-weight) to be a number from 0 to 1, got 1.1.',
    ],
    [{ device: 'tpu' }, 'Expected device (--gpu) to be auto, cpu, cuda or cuda:<number>, got "tpu".'],
    [
      { data: undefined },
      "Expected data (--data) to be the path of the dataset's folder or list, got nothing.",
    ],
    [{ learningrate: 1 }, 'Expected a training option, but there is none of the name learningrate.'],
  ];
  for (const [overrides, sentence] of sentences) assert.equal(messageFor(overrides), sentence);
});

test('all that is wrong is said at once', () => {
  assert.equal(
    messageFor({ seed: -1, decay: 0 }),
    'Expected decay (--decay) to be a number above 0 and at most 1, got 0. ' +
      'Expected seed (--seed) to be a whole number from 0 to 9007199254740991, got -1.',
  );
});

test('class names are checked', () => {
  assert.match(messageFor({ labels: ['happy', 'happy'] }), /"happy" twice/);
});

test('a configuration survives being stored as JSON', () => {
  const config = resolveConfig('CAER-S', { data, classWeights: [1, 2, 3], timeLimit: 60 });
  assert.deepEqual(checkConfig(JSON.parse(JSON.stringify(config))), config);
});

test('a configuration saved by an earlier version goes on as it was', () => {
  const config = resolveConfig('CAER-S', { data, optimizer: 'adamw' });
  const { schedule, minLearningRate, weightDecayExclude1d, clipGradient, teacher, ...earlier } = config;
  assert.deepEqual(savedConfig(JSON.parse(JSON.stringify(earlier))), config);
  assert.throws(() => savedConfig({ ...earlier, dataType: 'FER' }), {
    code: 'option.invalid',
    message: /dataType \(--data-type\)/,
  });
});

test('every option has flags of its own, a range in words and help', () => {
  const flags = Object.keys(trainingOptions).map((name) => flagOf(name as OptionName));
  assert.equal(new Set(flags).size, flags.length);
  for (const [name, schema] of Object.entries(trainingOptions)) {
    const { about, accepts } = factsOf(schema);
    assert.ok(about.length > 10 && accepts.length > 5, name);
  }
});

test('the official program’s flags keep their names', () => {
  const all = Object.values(trainingOptions)
    .map((schema) => factsOf(schema).flags)
    .join(' ');
  const official =
    '--data --data-type --workers --epochs --start-epoch --batch-size --optimizer --lr --learning-rate --momentum ' +
    '--wd --weight-decay --gpu';
  for (const flag of official.split(' ')) assert.match(all, new RegExp(`${flag}\\b`), flag);
});

test('remarks name options that have no effect and what a reader of the results should know', () => {
  const remarks = (overrides: TrainingOverrides) =>
    remarksOn(resolveConfig('RAF-DB', { data, ...overrides }));
  assert.deepEqual(remarks({ mobilefacenet: 'm.pth', valSplit: 0.1, optimizer: 'sgd', momentum: 0.9 }), []);
  assert.match(remarks({ momentum: 0.9 })[0]!, /adam has its own and ignores it/);
  assert.match(remarks({ minLearningRate: 1e-6 })[0]!, /is for the cosine schedule/);
  assert.match(remarks({ weightDecayExclude1d: true })[0]!, /no effect without weight decay/);
  assert.match(
    remarks({ teacher: ['t.pth'], distillWeight: 0 })[0]!,
    /no effect without a share of the loss/,
  );
  assert.match(remarks({ valSplit: 0.1 })[0]!, /frozen at random weights/);
  assert.match(remarks({ mobilefacenet: 'm.pth' })[0]!, /--val-split avoids that/);
});

test('a set of augmentations fills in what is not given, at a resume too', () => {
  const config = resolveConfig('FERPlus', { data: 'x', augment: 'strong', rotation: 3 });
  const { rotation, shift, brightness, erasingProbability } = config;
  assert.deepEqual(
    { rotation, shift, brightness, erasingProbability },
    {
      ...{ rotation: 3, shift: 0.06, brightness: [0.6, 1.3], erasingProbability: 0.15 },
    },
  );
  const checkpoint = { path: 'last.pth' } as Resumption['checkpoint'];
  const saved = { config, progress: startOf(0), averagedSteps: 0, trainImages: 1 };
  const resumed = resumedConfig({ checkpoint, saved }, { augment: 'light', shear: 2 });
  assert.deepEqual([resumed.augment, resumed.rotation, resumed.shear], ['light', 10, 2]);
  assert.equal(resumedConfig({ checkpoint, saved }, {}).rotation, 3);
});

test('the sizes that do not divide into three scales are told', () => {
  const config = (imageSize: number) => resolveConfig('FERPlus', { data: 'x', network: 'small', imageSize });
  assert.equal(networkConfigOf(config(64), 8).imageSize, 64);
  assert.throws(() => networkConfigOf(config(50), 8), {
    code: 'option.invalid',
    message:
      'Expected imageSize (--image-size) to be a multiple of 16 for the network small, whose three scales it must divide into, got 50.',
  });
});
