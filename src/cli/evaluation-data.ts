/** The labelled images that a model is evaluated on, as several verbs name them. */
import { stat } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { Poster } from '../core/poster.js';
import type { DataType } from '../data/labels.js';
import { droppedNotes, type Split } from '../data/layouts/layout.js';
import { type OpenDatasetOptions, type OpenedDataset, openDataset } from '../data/open-dataset.js';
import { readLabels } from '../data/read-labels.js';
import { readVoteShares } from '../data/vote-shares.js';
import { PosterError } from '../errors.js';
import { type ClassMap, parseClassMap } from '../evaluate/class-map.js';
import type { EvaluateOptions, EvaluationOutcome } from '../evaluate/evaluate.js';
import { isShippedModel } from '../model/shipped-names.js';
import { type BatchFlags, dataTypeOption } from './options.js';
import { withProgress } from './render/progress.js';
import { RequiredOption } from './required-option.js';
import { say } from './say.js';

export interface EvaluationDataFlags {
  readonly data: string;
  readonly dataType: DataType;
  readonly labels?: string | undefined;
  readonly split?: Split | undefined;
  readonly votes?: string | undefined;
  readonly allowEmpty?: boolean | undefined;
  readonly map?: ClassMap | undefined;
}

/** @param required whether the verb makes no sense without data. */
export function withDataOptions(command: Command, required: boolean): Command {
  const Data = required ? RequiredOption : Option;
  const data = new Data('--data <dir>', "the dataset's folder, or a list for --data-type list");
  return command
    .addOption(data)
    .addOption(dataTypeOption('the kind of dataset').default('RAF-DB'))
    .option('--split <name>', 'train, valid, test or all (default: the one the dataset is evaluated on)')
    .option('--votes <file>', 'FERPlus votes file, where it does not lie in the folder')
    .option('--allow-empty', 'accept classes without images');
}

/** Of verbs that evaluate models on data of other classes. */
export function mapOption(): Option {
  return new Option(
    '--map <classes>',
    'evaluate in the classes that model and data share: common, or what counts as what, such as contempt=anger (contempt= leaves one out)',
  ).argParser(parseClassMap);
}

/** Opens the dataset and says on standard error what there is to know about it. */
export async function openEvaluationData(
  flags: EvaluationDataFlags,
  signal: AbortSignal,
): Promise<OpenedDataset> {
  const dataset = await openDataset(await datasetOptions(flags, signal));
  for (const note of [...dataset.notes, ...droppedNotes(dataset.split, dataset.dropped)]) sayNote(note);
  return dataset;
}

/** How people's votes for the images are spread; empty where there are none. */
export async function readShares(flags: EvaluationDataFlags, { split }: OpenedDataset, signal: AbortSignal) {
  return readVoteShares(await datasetOptions(flags, signal), split);
}

/** Evaluates a model as the flags say, with its progress on standard error. */
export function evaluateImages(
  poster: Poster,
  label: string,
  images: Pick<EvaluateOptions, 'dataset' | 'voteShares'>,
  { batchSize, workers, strict, map: classMap }: BatchFlags & Pick<EvaluationDataFlags, 'map'>,
  signal: AbortSignal,
): Promise<EvaluationOutcome> {
  return withProgress(label, 'images', (onProgress) =>
    poster.evaluate({ ...images, classMap, batchSize, workers, strict, signal, onNote: sayNote, onProgress }),
  );
}

async function datasetOptions(
  { data, dataType, split, labels, votes, allowEmpty }: EvaluationDataFlags,
  signal: AbortSignal,
): Promise<OpenDatasetOptions> {
  const numberNames = labels === undefined ? undefined : await readLabels(labels);
  return { root: data, type: dataType, split, numberNames, votes, allowEmpty, signal };
}

export function sayNote(note: string): void {
  say(`Note: ${note}`);
}

/** Whether a model is given as the folder of an evaluation; else it is a checkpoint. @throws PosterError `file.missing` */
export async function isEvaluationFolder(path: string): Promise<boolean> {
  if (isShippedModel(path)) return false;
  const found = await stat(path).catch((cause: unknown) => {
    throw new PosterError(
      'file.missing',
      `Expected the folder of an evaluation or a checkpoint at ${path}, but nothing is there.`,
      { cause },
    );
  });
  return found.isDirectory();
}
