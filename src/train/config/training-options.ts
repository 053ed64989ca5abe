/**
 * Every option of a training: its name, its flags, what it accepts and what it does. The configuration's
 * schema, its error messages and the command line's help all come from this table.
 */

import { z } from 'zod';
import { dataTypes } from '../../data/labels.js';
import { targetKinds } from '../../data/layouts/votes/distribution.js';
import { networkSizeNames } from '../../network/config.js';
import { maxSeed } from '../../util/random.js';
import { samplers } from '../batches/sampler.js';
import { schedules } from '../optim/schedule.js';
import {
  below,
  custom,
  flag,
  greaterThan,
  integer,
  interval,
  oneOf,
  optionalFile,
  range,
} from './option-kinds.js';

/** The choices of `--augment`; augmentation-sets.ts has the ranges of each. */
export const augmentationSets = ['none', 'light', 'strong'] as const;

export type AugmentationSet = (typeof augmentationSets)[number];

export const trainingOptions = {
  data: custom(z.string().min(1), "the path of the dataset's folder or list", {
    flags: '--data <path>',
    about: 'the dataset: a folder, or a list of paths and labels',
  }),
  dataType: oneOf(dataTypes, {
    flags: '--data-type <type>',
    about: 'what the dataset is and so how it is laid out and which recipe trains it',
  }),
  labels: custom(z.array(z.string().min(1)).min(2).nullable(), 'two or more class names', {
    flags: '--labels <names>',
    about: "class names in label order, in place of the dataset's own",
  }),
  votes: optionalFile({
    flags: '--votes <file>',
    about: 'the votes for the images, where they do not lie in the folder',
  }),
  /** Checkpoints from before this option were trained on labels. */
  targets: custom(z.enum(targetKinds).default('labels'), 'labels or votes', {
    flags: '--targets <kind>',
    about: "what an image is trained towards: its label, or the distribution of its annotators' votes",
  }),
  evaluationSplit: oneOf(['valid', 'test'], {
    flags: '--evaluation-split <split>',
    about: 'the part of the dataset that chooses the best epoch; the official program takes the test set',
  }),
  valSplit: below(0, 1, {
    flags: '--val-split <share>',
    about: 'share of each class of the training set that chooses the best epoch instead; 0 for none',
  }),
  foldList: optionalFile({
    flags: '--fold-list <file>',
    about: 'a CSV with the columns path and fold of all training images, of which one fold is held out',
  }),
  fold: custom(z.int().min(1).nullable(), 'a whole number of at least 1', {
    flags: '--fold <n>',
    about: 'the fold of the list to hold out, from 1; the other folds are learned from',
  }),
  workers: integer(0, 256, { flags: '-j, --workers <n>', about: 'threads that read images' }),

  network: oneOf(networkSizeNames, {
    flags: '--network <size>',
    about:
      'the published network, or one of the same make for two CPU cores: compact takes pretrained landmark weights, narrow is the smallest, small learns faces of 48 pixels from nothing',
  }),
  imageSize: custom(z.int().min(32).max(2048).nullable(), 'a whole number of pixels from 32 to 2048', {
    flags: '--image-size <pixels>',
    about: "height and width of the network's input, in place of the size's own",
  }),
  grey: flag({
    flags: '--grey',
    about: 'reduce colours to grey, here and in every later use of the model',
  }),
  layerScale: custom(z.number().gt(0).max(10).nullable(), 'a number above 0 and at most 10', {
    flags: '--layer-scale <value>',
    about: "initial value of the cross attention's layer scales, in place of the size's own",
  }),
  dropPath: custom(z.number().min(0).lt(1).nullable(), 'a number from 0 to below 1', {
    flags: '--drop-path <rate>',
    about: "highest rate of stochastic depth, in place of the size's own",
  }),
  dropout: custom(z.number().min(0).lt(1).nullable(), 'a number from 0 to below 1', {
    flags: '--dropout <rate>',
    about: "share of the head's inputs that training drops, in place of the size's own",
  }),
  init: custom(z.string().min(1).nullable(), 'the path of a checkpoint, or small', {
    flags: '--init <model>',
    about:
      "the trained model to start from, whose size and input the training takes over: a checkpoint, or small for this package's own",
  }),
  ir50: optionalFile({ flags: '--ir50 <file>', about: 'pretrained weights of the image branch (ir50.pth)' }),
  mobilefacenet: optionalFile({
    flags: '--mobilefacenet <file>',
    about: 'pretrained weights of the landmark branch (mobilefacenet_model_best.pth.tar)',
  }),
  freezeLandmarks: flag({
    flags: '--no-freeze-landmarks',
    about: 'learn the landmark branch too; the official program never does',
  }),

  epochs: integer(1, 100_000, {
    flags: '--epochs <n>',
    about: 'epochs in all, those before a resume included',
  }),
  startEpoch: integer(0, 100_000, {
    flags: '--start-epoch <n>',
    about: 'number of the first epoch; the learning rate is that of this epoch',
  }),
  batchSize: integer(2, 65_536, {
    flags: '-b, --batch-size <n>',
    about: 'images that pass the network at once; batch statistics need two',
  }),
  accumulate: integer(1, 4_096, {
    flags: '--accumulate <n>',
    about: 'batches whose gradients are averaged before each step',
  }),

  optimizer: oneOf(['adam', 'adamw', 'sgd'], {
    flags: '--optimizer <name>',
    about: 'the optimiser inside SAM',
  }),
  learningRate: greaterThan(0, 10, {
    flags: '--lr, --learning-rate <rate>',
    about: 'learning rate of the first epoch',
  }),
  schedule: oneOf(schedules, {
    flags: '--schedule <name>',
    about: 'how the learning rate falls: by --decay after each epoch, or step by step to --min-lr at the end',
  }),
  decay: greaterThan(0, 1, {
    flags: '--decay <factor>',
    about: 'multiplies the learning rate of the exponential schedule after each epoch',
  }),
  minLearningRate: range(0, 10, {
    flags: '--min-lr <rate>',
    about: 'learning rate at the end of the cosine schedule',
  }),
  warmupEpochs: range(0, 100_000, {
    flags: '--warmup <epochs>',
    about: 'epochs, or parts of one, in which the learning rate rises from 0',
  }),
  momentum: below(0, 1, {
    flags: '--momentum <factor>',
    about: 'momentum of SGD; the official program reads it and ignores it',
  }),
  weightDecay: range(0, 10, {
    flags: '--wd, --weight-decay <factor>',
    about: 'weight decay; the official program reads it and ignores it',
  }),
  weightDecayExclude1d: flag({
    flags: '--wd-exclude-1d, --weight-decay-exclude-1d',
    about: 'no weight decay for biases, norms and other vectors, nor for tokens and positions',
  }),
  beta1: below(0, 1, { flags: '--beta1 <factor>', about: "decay of Adam's average of gradients" }),
  beta2: below(0, 1, { flags: '--beta2 <factor>', about: "decay of Adam's average of squared gradients" }),
  epsilon: greaterThan(0, 1, { flags: '--epsilon <value>', about: "added to Adam's denominator" }),
  clipGradient: range(0, 1e6, {
    flags: '--clip-grad <norm>',
    about: 'scale the gradients of a step down to this norm over all of them; 0 for never',
  }),
  rho: range(0, 10, {
    flags: '--rho <radius>',
    about: 'radius of sharpness-aware minimisation; 0 trains without it, in one pass per step',
  }),
  adaptive: flag({ flags: '--adaptive', about: 'measure the radius relative to the weights (ASAM)' }),

  sampler: oneOf(samplers, {
    flags: '--sampler <name>',
    about: 'show each image once an epoch, or every class equally often',
  }),
  classWeights: custom(
    z.union([z.enum(['none', 'balanced']), z.array(z.number().gt(0).max(1e6)).min(2)]),
    'none, balanced, or a number above 0 for each class',
    {
      flags: '--class-weights <weights>',
      about: 'weights of the classes in the loss; balanced takes 1 / images of the class, with mean 1',
    },
  ),
  labelSmoothing: below(0, 1, {
    flags: '--label-smoothing <share>',
    about: 'share of the target spread evenly over all classes',
  }),
  teacher: custom(
    z
      .array(
        z.union([
          z.string().min(1),
          z.strictObject({ path: z.string().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
        ]),
      )
      .min(1)
      .max(100)
      .nullable(),
    'the paths of one or more checkpoints',
    {
      flags: '--teacher <files...>',
      about:
        'trained networks of any size to learn from as well: the mean of what they say of the same images',
    },
  ),
  distillWeight: range(0, 1, {
    flags: '--distill-weight <share>',
    about: "the teachers' share of the loss; the targets have the rest",
  }),
  temperature: greaterThan(0, 100, {
    flags: '--temperature <t>',
    about: 'divides the logits of teachers and network where they are compared',
  }),
  augment: oneOf(augmentationSets, {
    flags: '--augment <set>',
    about:
      'a set of ranges for the options from --rotation to --erasing-area, each of which can be given instead',
  }),
  flip: range(0, 1, { flags: '--flip <probability>', about: 'probability of mirroring an image' }),
  rotation: range(0, 180, {
    flags: '--rotation <degrees>',
    about: 'largest angle by which an image is turned, to either side',
  }),
  shift: range(0, 1, {
    flags: '--shift <share>',
    about: 'largest share of its size by which an image is moved, along both axes',
  }),
  scale: interval(0.1, 10, { flags: '--scale <low,high>', about: 'enlargement of an image' }),
  shear: range(0, 80, { flags: '--shear <degrees>', about: 'largest angle by which an image is slanted' }),
  brightness: interval(0, 10, { flags: '--brightness <low,high>', about: 'multiplies all pixels' }),
  contrast: interval(0, 10, {
    flags: '--contrast <low,high>',
    about: "multiplies all pixels' distance from their mean",
  }),
  mixup: range(0, 100, {
    flags: '--mixup <alpha>',
    about:
      'mixes images and targets in pairs, with alpha of the Beta distribution of their shares; 0 for none',
  }),
  erasingProbability: range(0, 1, {
    flags: '--erasing <probability>',
    about: 'probability of erasing a rectangle of an image',
  }),
  erasingArea: interval(0, 1, {
    flags: '--erasing-area <low,high>',
    about: 'share of the image it covers',
  }),
  erasingRatio: interval(0.01, 100, {
    flags: '--erasing-ratio <low,high>',
    about: 'its height divided by its width',
  }),
  ema: below(0, 1, {
    flags: '--ema <decay>',
    about: 'evaluate and keep a moving average of weights and statistics with this decay; 0 for none',
  }),

  earlyStopping: integer(0, 100_000, {
    flags: '--early-stopping <epochs>',
    about: 'stop after so many epochs without a new best one; 0 for never',
  }),
  timeLimit: custom(z.number().gt(0).max(525_600).nullable(), 'a number of minutes above 0', {
    flags: '--time-limit <minutes>',
    about: 'save and stop after this time',
  }),

  keep: custom(
    z.array(z.int().min(1).max(100_000)).min(1).max(1000).nullable(),
    'numbers of epochs from 1 on, such as 40,51',
    {
      flags: '--keep <epochs>',
      about: 'keep the checkpoints of these epochs, too, as epoch-<n>.pth, for poster average',
    },
  ),
  saveMinutes: range(0, 100_000, {
    flags: '--save-minutes <minutes>',
    about: 'save the state within an epoch at least so often; 0 saves after each epoch alone',
  }),
  printFrequency: integer(1, 1_000_000, {
    flags: '-p, --print-freq <steps>',
    about: 'steps between two lines of progress and two points of the step curves',
  }),
  precision: oneOf(['float32', 'bf16'], {
    flags: '--precision <type>',
    about: 'number type of convolutions and matrix products; the weights stay float32',
  }),
  channelsLast: flag({
    flags: '--channels-last',
    about: 'keep maps channels last, which some machines prefer',
  }),
  device: custom(z.string().regex(/^(auto|cpu|cuda(:\d{1,3})?)$/), 'auto, cpu, cuda or cuda:<number>', {
    flags: '--gpu <device>',
    about: 'where to train: a CUDA device by number, cpu, or auto for the first CUDA device if there is one',
  }),
  threads: integer(0, 1024, {
    flags: '--threads <n>',
    about: 'CPU threads that compute; 0 for one per core',
  }),
  seed: integer(0, maxSeed, { flags: '--seed <n>', about: 'decides every random number of the training' }),
} as const;

/** The schema of a whole configuration. */
export const trainingSchema = z.strictObject(trainingOptions);

/** All that decides how a network is trained; see {@link trainingOptions} for each option's meaning. */
export type TrainingConfig = Readonly<z.infer<typeof trainingSchema>>;

export type OptionName = keyof TrainingConfig;

/** Options given by a user; the rest comes from the preset of the data type. */
export type TrainingOverrides = { readonly [Name in OptionName]?: TrainingConfig[Name] | undefined };
