/** How a resumed run relates to the one that saved its checkpoint. */

import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { PosterError } from '../../errors.js';
import { cardKey, readModelCard } from '../../model/model-card.js';
import { openModelCheckpoint } from '../../model/open-model-checkpoint.js';
import type { TrainingData } from '../batches/training-data.js';
import { checkConfig, flagOf, givenOptions, resolveConfig } from '../config/config.js';
import type { OptionName, TrainingConfig, TrainingOverrides } from '../config/training-options.js';
import { learningRateOfEpoch } from '../optim/schedule.js';
import { areOthers } from '../teachers/distillation.js';
import { type SavedTraining, savedTraining } from '../weights/training-checkpoint.js';
import { type Progress, startOf } from './progress.js';

/** An open checkpoint and what it says. */
export interface Resumption {
  readonly checkpoint: Checkpoint;
  /** Undefined for a checkpoint of the official program. */
  readonly saved: SavedTraining | undefined;
}

/** @throws PosterError as openCheckpoint; `checkpoint.mismatch` when it holds no training. */
export async function openResumption(path: string): Promise<Resumption> {
  const checkpoint = await openModelCheckpoint(path);
  try {
    return { checkpoint, saved: savedTraining(checkpoint) };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

/** Options that decide which images an epoch shows in which order. */
const orderOptions = [
  'seed',
  'sampler',
  'batchSize',
  'accumulate',
  'valSplit',
  'foldList',
  'fold',
  'targets',
] as const satisfies OptionName[];

/**
 * The configuration to continue with: the saved one, with the given options in place of its own.
 * @throws PosterError `option.invalid` for options that are out of range or would change a begun epoch.
 */
export function resumedConfig(
  { saved, checkpoint }: Resumption,
  overrides: TrainingOverrides,
): TrainingConfig {
  if (!saved) {
    const { dataType } = overrides;
    if (dataType) return resolveConfig(dataType, overrides);
    throw new PosterError(
      'option.invalid',
      `Expected dataType (--data-type): ${checkpoint.path} is the official program's and does not say what it was trained on.`,
    );
  }
  const config = checkConfig({ ...saved.config, ...givenOptions(overrides) });
  const changed = orderOptions.find((name) => config[name] !== saved.config[name]);
  if (changed && saved.progress.step > 0)
    throw new PosterError(
      'option.invalid',
      `Expected ${changed} (${flagOf(changed)}) to stay ${saved.config[changed]}: ${checkpoint.path} was saved within ` +
        `epoch ${saved.progress.epoch + 1}, whose order of images it decides; change it after that epoch.`,
    );
  return config;
}

/**
 * Where a resumed run continues.
 * @throws PosterError `checkpoint.mismatch` when the data have other classes, or other images within an epoch;
 * `option.invalid` when all epochs are done.
 */
export function resumedProgress(
  { checkpoint, saved }: Resumption,
  config: TrainingConfig,
  data: TrainingData,
): Progress {
  requireSameData(checkpoint, saved, data);
  const progress = saved?.progress ?? officialProgress(checkpoint);
  if (progress.epoch < config.epochs) return progress;
  throw new PosterError(
    'option.invalid',
    `Expected epochs (--epochs) above ${progress.epoch}, got ${config.epochs}: ${checkpoint.path} has been trained for as many; pass more.`,
  );
}

/** What a user should know about how a resumed run continues, one sentence each. */
export function remarksOnResumption({ saved }: Resumption, config: TrainingConfig): string[] {
  if (!saved) return [];
  return [
    ...remarksOnRate(saved, config),
    ...(areOthers(saved.config.teacher, config.teacher)
      ? ['The training continues with other teachers.']
      : []),
  ];
}

function remarksOnRate(saved: SavedTraining, config: TrainingConfig): string[] {
  const [before, now] = [saved.config, config].map((one) => learningRateOfEpoch(one, saved.progress.epoch));
  if (Math.abs(now! - before!) <= 1e-9 * before!) return [];
  const inWords = (rate: number) => String(Number(rate.toPrecision(3)));
  return [
    `The learning rate continues at ${inWords(now!)}, where the saved options would have it at ${inWords(before!)}.`,
  ];
}

function requireSameData(
  { path, metadata }: Checkpoint,
  saved: SavedTraining | undefined,
  { classes, train }: TrainingData,
): void {
  const fail = (expected: string, found: string): never => {
    throw new PosterError(
      'checkpoint.mismatch',
      `Expected ${expected}, as when ${path} was saved, got ${found}; pass the data it was trained on.`,
    );
  };
  const labels = readModelCard(metadata[cardKey], path)?.labels;
  if (labels && labels.join('\n') !== classes.join('\n'))
    fail(`the classes ${labels.join(', ')}`, classes.join(', '));
  if (saved && saved.progress.step > 0 && saved.trainImages !== train.length)
    fail(`${saved.trainImages} training images`, String(train.length));
}

/** The official program stores its epoch and its best accuracy in percent. */
function officialProgress({ metadata }: Checkpoint): Progress {
  const epoch = Number(metadata.epoch);
  const accuracy = Number(metadata.best_acc ?? 0) / 100;
  return { ...startOf(epoch), best: epoch > 0 && Number.isFinite(accuracy) ? { epoch, accuracy } : null };
}
