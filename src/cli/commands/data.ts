import { type Command, Option } from 'commander';
import { checkData } from '../../data/check/check-data.js';
import { dataTypes, parseDataType } from '../../data/labels.js';
import { alignData } from '../../data/make/align/align-data.js';
import { type PlaceMode, placeModes } from '../../data/make/prepare/place-file.js';
import { prepareData } from '../../data/make/prepare/prepare-data.js';
import type { OpenDatasetOptions } from '../../data/open-dataset.js';
import { readLabels } from '../../data/read-labels.js';
import { PosterError } from '../../errors.js';
import { type AlignmentFlags, alignmentOptions, strictOption, wholeNumber } from '../options.js';
import { withProgress } from '../render/progress.js';
import { renderAlignedData, renderDataReport, renderPreparedData } from '../render/render-data-report.js';
import { RequiredOption } from '../required-option.js';
import { runVerb } from '../run-verb.js';

interface SharedFlags {
  readonly data?: string;
  readonly dataType: string;
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
  readonly output: string;
  readonly mode: PlaceMode;
  readonly strict?: boolean;
}

interface AlignFlags extends Omit<SharedFlags, 'dataType'>, AlignmentFlags {
  readonly dataType?: string;
  readonly output: string;
  readonly allFaces?: boolean;
  readonly detector?: string;
  readonly workers?: number;
  readonly skipExisting?: boolean;
}

/** Adds `poster data check`, `poster data prepare` and `poster data align`. */
export function registerData(program: Command): void {
  const data = program.command('data').description('check datasets and prepare them for training');
  withSharedFlags(data.command('check'))
    .description('count classes, find unreadable images, duplicates between splits and wrong layout')
    .option('--quick', 'open no image: counts and layout alone')
    .addOption(strictOption())
    .action(runVerb(check));
  withSharedFlags(data.command('prepare'))
    .description('turn a dataset as distributed into class folders, by links unless told otherwise')
    .addOption(new RequiredOption('-o, --output <dir>', 'folder to make; it must not exist'))
    .addOption(new Option('--mode <mode>', 'how images get there').choices(placeModes).default('link'))
    .addOption(strictOption())
    .action(runVerb(prepare));
  registerAlign(data.command('align'));
}

function registerAlign(command: Command): void {
  command
    .description('cut the faces out of raw photos, aligned as recognition aligns them, as a training set')
    .argument('[dir]', 'a folder of photos, or a dataset of photos with --data-type')
    .addOption(dataOption())
    .option('--data-type <type>', `for labelled photos, one of ${dataTypes.join(', ')}`)
    .addOption(new RequiredOption('-o, --output <dir>', 'folder to make; it must not exist'));
  for (const option of alignmentOptions("the data type's, or RAF-DB's")) command.addOption(option);
  withLabelFlags(command)
    .option('--all-faces', 'cut out every face of a photo, not the largest alone')
    .option('--detector <file>', 'detect faces with a YuNet ONNX file')
    .option('-j, --workers <n>', 'threads (default: one for each core)', wholeNumber('--workers', 1))
    .option('--skip-existing', 'continue an interrupted alignment')
    .action(runVerb(align));
}

function withSharedFlags(command: Command): Command {
  const described = command
    .argument('[dir]', "the dataset's folder, or a list of images for --data-type list")
    .addOption(dataOption())
    .addOption(new RequiredOption('--data-type <type>', `one of ${dataTypes.join(', ')}`));
  return withLabelFlags(described);
}

function dataOption(): Option {
  return new Option('--data <dir>', 'the same as <dir>, named as in train and evaluate');
}

function withLabelFlags(command: Command): Command {
  return command
    .option('--labels <names>', 'class names in label order: "a,b,c", a dataset, or a file')
    .option('--votes <file>', 'the votes for the images, where they do not lie in the folder')
    .option('--allow-empty', 'accept classes without images')
    .option('--json', 'print the result as JSON');
}

async function dataOptions(
  signal: AbortSignal,
  named: string | undefined,
  flags: Omit<SharedFlags, 'dataType'>,
): Promise<Omit<OpenDatasetOptions, 'type'>> {
  return {
    root: oneFolder(named, flags.data),
    labels: flags.labels === undefined ? undefined : await readLabels(flags.labels),
    votes: flags.votes,
    allowEmpty: flags.allowEmpty,
    signal,
  };
}

/** The folder may be named bare, or by the option as in every verb that reads data. */
function oneFolder(bare: string | undefined, option: string | undefined): string {
  if (bare !== undefined && option !== undefined)
    throw new PosterError(
      'option.invalid',
      `Expected one folder, got ${bare} and --data ${option}; leave one out.`,
    );
  const folder = bare ?? option;
  if (folder !== undefined) return folder;
  throw new PosterError(
    'option.invalid',
    'Expected the folder of the data; name it, as in --data path/to/data.',
  );
}

async function check(signal: AbortSignal, named: string | undefined, flags: CheckFlags): Promise<void> {
  const { quick } = flags;
  const type = parseDataType(flags.dataType);
  const options = { ...(await dataOptions(signal, named, flags)), type };
  const report = await withProgress('Checking', 'images', (onProgress) =>
    checkData({ ...options, quick, onProgress }),
  );
  print(report, flags, renderDataReport);
  const isSound = report.problems.length === 0 && !(flags.strict && report.warnings.length > 0);
  if (!isSound) process.exitCode = 1;
}

async function prepare(signal: AbortSignal, named: string | undefined, flags: PrepareFlags): Promise<void> {
  const { output, mode, strict } = flags;
  const type = parseDataType(flags.dataType);
  const options = { ...(await dataOptions(signal, named, flags)), type };
  const data = await withProgress('Preparing', 'images', (onProgress) =>
    prepareData({ ...options, output, mode, strict, onProgress }),
  );
  print(data, flags, renderPreparedData);
}

async function align(signal: AbortSignal, named: string | undefined, flags: AlignFlags): Promise<void> {
  const { output, template, cropSize, allFaces, detector, workers, skipExisting } = flags;
  const type = flags.dataType === undefined ? undefined : parseDataType(flags.dataType);
  const options = { ...(await dataOptions(signal, named, flags)), type };
  const data = await withProgress('Aligning', 'photos', (onProgress) =>
    alignData({
      ...options,
      ...{ output, template, cropSize, allFaces, detector, workers, skipExisting, onProgress },
    }),
  );
  print(data, flags, renderAlignedData);
}

function print<T>(result: T, { json }: Pick<SharedFlags, 'json'>, render: (result: T) => string): void {
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : render(result));
}
