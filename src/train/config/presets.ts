/** The official training recipes. */
import { type DataType, dataTypeFacts } from '../../data/labels.js';
import { augmentations } from './augmentation-sets.js';
import type { TrainingConfig, TrainingOverrides } from './training-options.js';

/** The official program's settings for every dataset. */
const common: Omit<TrainingConfig, 'data' | 'dataType' | 'evaluationSplit' | keyof typeof rafDb> = {
  labels: null,
  votes: null,
  targets: 'labels',
  valSplit: 0,
  foldList: null,
  fold: null,
  workers: 4,
  network: 'published',
  imageSize: null,
  grey: false,
  layerScale: null,
  dropPath: null,
  dropout: null,
  init: null,
  ir50: null,
  mobilefacenet: null,
  freezeLandmarks: true,
  epochs: 200,
  startEpoch: 0,
  batchSize: 144,
  accumulate: 1,
  optimizer: 'adam',
  schedule: 'exponential',
  decay: 0.98,
  minLearningRate: 0,
  warmupEpochs: 0,
  momentum: 0,
  weightDecay: 0,
  weightDecayExclude1d: false,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  clipGradient: 0,
  rho: 0.05,
  adaptive: false,
  classWeights: 'none',
  labelSmoothing: 0,
  teacher: null,
  distillWeight: 0.5,
  temperature: 2,
  augment: 'none',
  ...augmentations.none,
  flip: 0.5,
  erasingRatio: [0.3, 3.3],
  ema: 0,
  earlyStopping: 0,
  timeLimit: null,
  keep: null,
  saveMinutes: 15,
  printFrequency: 30,
  precision: 'float32',
  channelsLast: false,
  device: 'auto',
  threads: 0,
  seed: 0,
};

const rafDb = {
  learningRate: 3.5e-5,
  sampler: 'shuffle',
  erasingProbability: 0.5,
  erasingArea: [0.02, 0.1],
} satisfies TrainingOverrides;

const affectNet = {
  learningRate: 1e-6,
  sampler: 'imbalanced',
  erasingProbability: 1,
  erasingArea: [0.05, 0.05],
} satisfies TrainingOverrides;

const caerS = { ...affectNet, learningRate: 4e-5, sampler: 'shuffle' } satisfies TrainingOverrides;

/** Where datasets differ: the published recipes; data of other kinds take that of RAF-DB. */
const recipes: Record<DataType, TrainingOverrides> = {
  'RAF-DB': rafDb,
  'AffectNet-7': affectNet,
  'AffectNet-8': affectNet,
  'CAER-S': caerS,
  FERPlus: rafDb,
  folder: rafDb,
  list: rafDb,
};

/** The weight decay that PyTorch's AdamW has unless told otherwise, and so the official program's. */
const adamWDecay = 0.01;

/** The preset of a data type: everything but the data's path. */
export function presetFor(dataType: DataType, optimizer: TrainingConfig['optimizer'] = 'adam') {
  const { evaluationSplit } = dataTypeFacts(dataType);
  const weightDecay = optimizer === 'adamw' ? adamWDecay : 0;
  return { dataType, evaluationSplit, ...common, ...recipes[dataType], optimizer, weightDecay };
}
