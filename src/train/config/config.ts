/** The training configuration: a preset with a user's options, and sentences for what is wrong with them. */
import type { z } from 'zod';
import { checkLabels, type DataType, dataTypes } from '../../data/labels.js';
import { PosterError } from '../../errors.js';
import { networkSizes } from '../../network/config.js';
import { augmentations } from './augmentation-sets.js';
import { factsOf } from './option-kinds.js';
import { presetFor } from './presets.js';
import {
  type OptionName,
  type TrainingConfig,
  type TrainingOverrides,
  trainingOptions,
  trainingSchema,
} from './training-options.js';

export type { TrainingConfig, TrainingOverrides } from './training-options.js';

/**
 * The whole configuration: the preset of the data type with the given options in place of its own.
 * @throws PosterError `option.invalid` with a sentence for each option that is unknown or out of range.
 */
export function resolveConfig(dataType: DataType, overrides: TrainingOverrides): TrainingConfig {
  return checkConfig({ ...presetFor(dataType, overrides.optimizer), ...givenOptions(overrides) });
}

/** The options that are given, those of a named set among them where they are not given themselves. */
export function givenOptions(overrides: TrainingOverrides): TrainingOverrides {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const set = overrides.augment && augmentations[overrides.augment]; // the schema refuses an unknown one
  return { ...set, ...given };
}

/**
 * Checks a configuration from anywhere, such as a file or a checkpoint.
 * @throws PosterError `option.invalid` with a sentence for each option that is missing, unknown or out of range.
 */
export function checkConfig(values: Readonly<Record<string, unknown>>): TrainingConfig {
  const result = trainingSchema.safeParse(values);
  if (!result.success) {
    const sentences = result.error.issues.flatMap((issue) => sentencesFor(issue, values));
    throw new PosterError('option.invalid', [...new Set(sentences)].join(' '), { cause: result.error });
  }
  const { labels, learningRate, minLearningRate, fold, foldList } = result.data;
  if (labels) checkLabels(labels, 'labels (--labels)');
  if (minLearningRate > learningRate)
    throw new PosterError(
      'option.invalid',
      `Expected minLearningRate (--min-lr) to be at most learningRate (--lr ${learningRate}), got ${minLearningRate}.`,
    );
  if ((fold === null) !== (foldList === null))
    throw new PosterError(
      'option.invalid',
      `Expected foldList (--fold-list) and fold (--fold) together, got ${fold === null ? 'no fold' : 'no list'}; --folds trains every fold by itself.`,
    );
  return result.data;
}

/**
 * Checks a configuration that was saved, perhaps by an earlier version: options that it did not know have their presets,
 * which leave a training as it was.
 * @throws PosterError as {@link checkConfig}.
 */
export function savedConfig(values: Readonly<Record<string, unknown>>): TrainingConfig {
  const dataType = dataTypes.find((type) => type === values.dataType);
  return checkConfig({ ...(dataType && presetFor(dataType)), ...values });
}

function sentencesFor(issue: z.core.$ZodIssue, values: Readonly<Record<string, unknown>>): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `Expected a training option, but there is none of the name ${key}.`);
  const name = issue.path[0] as OptionName;
  const { accepts } = factsOf(trainingOptions[name]);
  return [`Expected ${name} (${flagOf(name)}) to be ${accepts}, got ${inWords(values[name])}.`];
}

/** The flag that sets an option, as '--lr'. */
export function flagOf(name: OptionName): string {
  return factsOf(trainingOptions[name]).flags.match(/--[\w-]+/)![0];
}

function inWords(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
}

/** What a user should know about a sound configuration before training starts, one sentence each. */
export function remarksOn(config: TrainingConfig): string[] {
  const { optimizer, momentum, adaptive, rho, init, mobilefacenet, freezeLandmarks, valSplit } = config;
  const { landmarkBranch } = networkSizes[config.network];
  const { schedule, minLearningRate, weightDecay, weightDecayExclude1d, teacher, distillWeight } = config;
  const remarks: string[] = [];
  if (optimizer !== 'sgd' && momentum > 0)
    remarks.push(`Momentum ${momentum} is for sgd; ${optimizer} has its own and ignores it.`);
  if (schedule !== 'cosine' && minLearningRate > 0)
    remarks.push('min-lr is for the cosine schedule; the exponential one ignores it.');
  if (weightDecayExclude1d && weightDecay === 0)
    remarks.push('wd-exclude-1d has no effect without weight decay (--wd is 0).');
  if (teacher && distillWeight === 0)
    remarks.push('The teachers have no effect without a share of the loss (--distill-weight is 0).');
  if (adaptive && rho === 0) remarks.push('adaptive has no effect without a radius (rho is 0).');
  if (landmarkBranch === 'frozen' && !init && !mobilefacenet && freezeLandmarks)
    remarks.push(
      'No pretrained landmark branch (--mobilefacenet) is given: it stays frozen at random weights.',
    );
  if (valSplit === 0)
    remarks.push(
      'The best epoch is chosen on the evaluation set, as in the official program; --val-split avoids that.',
    );
  return remarks;
}
