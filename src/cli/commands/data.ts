import { type Command, Option } from 'commander';
import { checkData } from '../../data/check-data.js';
import { dataTypes, parseDataType } from '../../data/labels.js';
import type { OpenDatasetOptions } from '../../data/open-dataset.js';
import { type PlaceMode, placeModes } from '../../data/prepare/place-file.js';
import { prepareData } from '../../data/prepare/prepare-data.js';
import { readLabels } from '../../data/read-labels.js';
import { renderDataReport, renderPreparedData } from '../../data/render-data-report.js';
import { createProgress } from '../progress.js';
import { runVerb } from '../run-verb.js';

interface SharedFlags {
  readonly data_type: string;
  readonly labels?: string;
  readonly votes?: string;
  readonly allowEmpty?: boolean;
  readonly json?: boolean;
}

interface CheckFlags extends SharedFlags {
  readonly quick?: boolean;
  readonly strict?: boolean;
}

interface PrepareFlags extends SharedFlags {
  readonly out: string;
  readonly mode: PlaceMode;
  readonly strict?: boolean;
}

/** Adds `poster data check` and `poster data prepare`. */
export function registerData(program: Command): void {
  const data = program.command('data').description('check datasets and prepare them as class folders');
  withSharedFlags(data.command('check'))
    .description('count classes, find unreadable images, duplicates between splits and wrong layout')
    .option('--quick', 'open no image: counts and layout alone')
    .option('--strict', 'exit with 1 on warnings too')
    .action(runVerb(check));
  withSharedFlags(data.command('prepare'))
    .description('turn a dataset as distributed into class folders, by links unless told otherwise')
    .requiredOption('--out <dir>', 'folder to make; it must not exist')
    .addOption(new Option('--mode <mode>', 'how images get there').choices(placeModes).default('link'))
    .option('--strict', 'fail when a listed image is missing instead of leaving it out')
    .action(runVerb(prepare));
}

function withSharedFlags(command: Command): Command {
  return command
    .argument('<dir>', "the dataset's folder, or a list of images for --data_type list")
    .requiredOption('--data_type <type>', `one of ${dataTypes.join(', ')}`)
    .option('--labels <names>', 'class names in label order: "a,b,c", a dataset, or a file')
    .option('--votes <file>', 'FERPlus votes file, where it does not lie in the folder')
    .option('--allow-empty', 'accept classes without images')
    .option('--json', 'print the result as JSON');
}

async function dataOptions(
  signal: AbortSignal,
  root: string,
  flags: SharedFlags,
): Promise<OpenDatasetOptions> {
  return {
    root,
    type: parseDataType(flags.data_type),
    labels: flags.labels === undefined ? undefined : await readLabels(flags.labels),
    votes: flags.votes,
    allowEmpty: flags.allowEmpty,
    signal,
  };
}

async function check(signal: AbortSignal, root: string, flags: CheckFlags): Promise<void> {
  const { quick } = flags;
  const options = await dataOptions(signal, root, flags);
  const report = await withProgress('Checking', (onProgress) => checkData({ ...options, quick, onProgress }));
  print(report, flags, renderDataReport);
  const isSound = report.problems.length === 0 && !(flags.strict && report.warnings.length > 0);
  if (!isSound) process.exitCode = 1;
}

async function prepare(signal: AbortSignal, root: string, flags: PrepareFlags): Promise<void> {
  const { out, mode, strict } = flags;
  const options = await dataOptions(signal, root, flags);
  const data = await withProgress('Preparing', (onProgress) =>
    prepareData({ ...options, out, mode, strict, onProgress }),
  );
  print(data, flags, renderPreparedData);
}

async function withProgress<T>(
  label: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = createProgress(label, 'images');
  try {
    return await work(progress.update);
  } finally {
    progress.stop();
  }
}

function print<T>(result: T, { json }: SharedFlags, render: (result: T) => string): void {
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : render(result));
}
