/** Options that several verbs share, and how their texts become values. */
import { type Command, Option } from 'commander';
import { type DataType, dataTypes, parseDataType } from '../data/labels.js';
import { readLabels } from '../data/read-labels.js';
import { PosterError } from '../errors.js';
import type { AlignOptions } from '../faces/align/align.js';
import { templates } from '../faces/align/template.js';
import { cropSizes, type TemplateName, templateNames } from '../image/alignment.js';
import { type ComputePrecision, computePrecisions, type LoadOptions } from '../model/load-model.js';
import { checkpointFile } from '../model/shipped-models.js';
import { defaultModel, shippedModelNames } from '../model/shipped-names.js';
import { showLoading } from './render/notes.js';

/** Reads a whole number of at least `least`. */
export function wholeNumber(name: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && text.trim() !== '') return value;
    throw new PosterError(
      'option.invalid',
      `Expected a whole number of at least ${least} for ${name}, got "${text}".`,
    );
  };
}

export interface ModelFlags {
  readonly checkpoint?: string;
  readonly labels?: string | undefined;
  readonly dataType?: DataType;
  readonly precision?: ComputePrecision;
  readonly threads?: number;
}

export interface BatchFlags {
  readonly workers?: number;
  readonly batchSize?: number;
  readonly strict?: boolean;
}

/** The model to use. */
export function checkpointOption(formats = '.pth, .pth.tar, .safetensors or exported .onnx'): Option {
  const names = shippedModelNames.join(', ');
  return new Option(
    '--checkpoint <file>',
    `${formats}, or a name: ${names}, which comes with this package, or weights of poster download (default: ${defaultModel})`,
  );
}

/** The names of the model's classes, and how it runs. */
export function withModelOptions(command: Command): Command {
  return command
    .option('--labels <names>', 'class names in the order of the checkpoint: a,b,c, a data type or a file')
    .option('--threads <n>', 'threads of the network (default: all cores)', wholeNumber('--threads', 1));
}

/** What the network computes in. */
export function precisionOption(): Option {
  return new Option(
    '--precision <p>',
    'what the network computes in; int8 makes and keeps a graph of a checkpoint once (default: as the file says, else fp32)',
  ).choices(computePrecisions);
}

export function dataTypeOption(description: string): Option {
  return new Option('--data-type <type>', `${description}: ${dataTypes.join(', ')}`).argParser(parseDataType);
}

/** Of every verb that continues where something is wrong. */
export function strictOption(): Option {
  return new Option(
    '--strict',
    'take what is otherwise passed over or warned of, such as an unreadable image, as an error',
  );
}

/** Of verbs that write where the user says. */
export function forceOption(): Option {
  return new Option('--force', 'replace files that are there already; inputs never are');
}

/** How faces are cut out of photos. */
export interface AlignmentFlags {
  readonly template?: TemplateName | undefined;
  readonly cropSize?: number | undefined;
}

/** @param defaults where the defaults come from */
export function alignmentOptions(defaults: string): Option[] {
  return [
    new Option(
      '--template <name>',
      `where eyes, nose and mouth come to lie in a face's crop (default: ${defaults})`,
    ).choices(templateNames),
    new Option(
      '--crop-size <n>',
      `height and width of a face's crop in pixels (default: ${defaults})`,
    ).argParser(wholeNumber('--crop-size', cropSizes.least)),
  ];
}

const landmarkSources = ['packaged', 'network'] as const;

/** How faces are found and cut out. */
export interface FaceFlags extends AlignmentFlags {
  readonly detector?: string;
  readonly landmarks?: (typeof landmarkSources)[number];
}

/** @param when they have an effect: how their descriptions begin */
export function faceOptions(when = ''): Option[] {
  return [
    new Option('--detector <file>', `${when}a YuNet model (.onnx) in place of the built-in detector`),
    new Option(
      '--landmarks <source>',
      `${when}align by the landmarks of the built-in model, or of the checkpoint's own head where both agree (default: packaged)`,
    ).choices(landmarkSources),
    ...alignmentOptions('as the training data of the checkpoint'),
  ];
}

/** The library's options for opening what finds faces. */
export function finderOptions({
  checkpoint = defaultModel,
  detector,
  landmarks,
  threads,
}: FaceFlags & Pick<ModelFlags, 'checkpoint' | 'threads'>) {
  return { detector, threads, landmarks: landmarks === 'network' ? checkpointFile(checkpoint) : undefined };
}

/** The library's options for cutting faces out; what is not said is left to the model. */
export function alignOptions({ template, cropSize }: AlignmentFlags): AlignOptions {
  return {
    ...(template !== undefined && { template: templates[template] }),
    ...(cropSize !== undefined && { size: cropSize }),
  };
}

export function withBatchOptions(command: Command): Command {
  return command
    .option(
      '-j, --workers <n>',
      'threads that decode images (default: half the cores)',
      wholeNumber('--workers', 0),
    )
    .option('-b, --batch-size <n>', 'images in a batch', wholeNumber('--batch-size', 1))
    .addOption(strictOption());
}

/** The library's options for loading the model that the flags name. */
export async function loadOptions(
  flags: Omit<ModelFlags, 'checkpoint'>,
  signal: AbortSignal,
): Promise<LoadOptions> {
  return {
    signal,
    labels: flags.labels === undefined ? undefined : await readLabels(flags.labels),
    dataType: flags.dataType,
    precision: flags.precision,
    ...showLoading(),
    ...(flags.threads === undefined ? {} : { threads: flags.threads }),
  };
}
