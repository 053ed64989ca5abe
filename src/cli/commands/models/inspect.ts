import { type Command, Option } from 'commander';
import type { DataType } from '../../../data/labels.js';
import { nameOfHash, type OfficialName } from '../../../download/official-files.js';
import { PosterError } from '../../../errors.js';
import { describeNetwork, type NetworkDescription } from '../../../inspect/describe-network.js';
import { inspectModel, type ModelInspection } from '../../../inspect/inspect-model.js';
import { hashFile } from '../../../io/hash-file.js';
import { defaultModel } from '../../../model/shipped-names.js';
import { type NetworkSize, networkSizeNames, networkSizes } from '../../../network/config.js';
import { posterV2 } from '../../../network/poster-v2.js';
import { checkpointOption, dataTypeOption, loadOptions } from '../../options.js';
import { noteModel, noteWeights } from '../../render/notes.js';
import { table } from '../../render/table.js';
import { fitted, terminalWidth } from '../../render/terminal-width.js';
import { runVerb } from '../../run-verb.js';

interface InspectFlags {
  readonly checkpoint?: string;
  readonly labels?: string;
  readonly dataType?: DataType;
  readonly network?: NetworkSize;
  readonly json?: boolean;
}

export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .summary('show what a checkpoint or the network itself consists of')
    .description(
      'Parameters and multiply-adds by stage, used, frozen and unused; classes and metadata of a file.',
    )
    .argument(
      '[checkpoint]',
      `.pth, .pth.tar, .safetensors or .onnx, or the name of a model that comes with this package (default: ${defaultModel})`,
    )
    .addOption(checkpointOption())
    .option('--labels <names>', 'class names in the order of the checkpoint: a,b,c, a data type or a file')
    .addOption(dataTypeOption('the data the checkpoint was trained on'))
    .addOption(
      new Option('--network <size>', 'in place of a checkpoint: the network itself').choices(
        networkSizeNames,
      ),
    )
    .option('--json', 'print one JSON document')
    .action(runVerb(inspect));
}

async function inspect(signal: AbortSignal, named: string | undefined, flags: InspectFlags): Promise<void> {
  const path = oneCheckpoint(named, flags.checkpoint);
  if (flags.network !== undefined) {
    if (path !== undefined)
      throw new PosterError(
        'option.invalid',
        `Expected either a checkpoint or --network, got ${path} and ${flags.network}; leave one out.`,
      );
    const description = describeNetwork(posterV2(networkSizes[flags.network]));
    process.stdout.write(flags.json ? toJson(description) : renderDescription(description));
    return;
  }
  await noteModel(path ?? defaultModel);
  const inspection = await inspectModel(path, await loadOptions(flags, signal));
  noteWeights(inspection.notes);
  const digest = await hashFile(inspection.path).catch(() => ''); // none of a folder
  const official = nameOfHash(digest);
  process.stdout.write(
    flags.json
      ? toJson({ ...inspection, official: official ?? null })
      : renderInspection(inspection, official),
  );
}

/** The checkpoint may be named bare, or by the option as in every verb. */
function oneCheckpoint(bare: string | undefined, option: string | undefined): string | undefined {
  if (bare !== undefined && option !== undefined)
    throw new PosterError(
      'option.invalid',
      `Expected one checkpoint, got ${bare} and --checkpoint ${option}; leave one out.`,
    );
  return bare ?? option;
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function renderInspection(inspection: ModelInspection, official: OfficialName | undefined): string {
  const { path, format, preprocessing, labels, alignment, temperature, description, metadata } = inspection;
  const { template, size } = alignment ?? {};
  const colors = preprocessing.color === 'grey' ? 'grey: colours are reduced to their luma' : 'in colour';
  const facts: [string, string][] = [
    ['file', path],
    ...(official
      ? [['published', `as ${official} by the authors of POSTER V2`] satisfies [string, string]]
      : []),
    ['format', format],
    ['input', `${preprocessing.size} x ${preprocessing.size} pixels, ${colors}`],
    ['classes', `${labels.labels.join(', ')} (${describeSource(labels.source)})`],
    [
      'faces',
      template ? `${size} x ${size} pixels, template ${template}` : 'not known how they were cut out',
    ],
    ...(temperature === 1 ? [] : [['temperature', `${temperature} (calibrated)`] satisfies [string, string]]),
    ...Object.entries(metadata)
      .filter(([, value]) => value === null || typeof value !== 'object')
      .map(([key, value]): [string, string] => [key, String(value)]),
  ];
  const width = Math.max(...facts.map(([key]) => key.length));
  const lines = facts.map(([key, value]) => fitted(`${key.padEnd(width)}  ${value}`, terminalWidth()));
  return `${lines.join('\n')}\n\n${renderDescription(description)}`;
}

/** Where class names come from, in words. */
function describeSource(source: ModelInspection['labels']['source']): string {
  const words = {
    given: 'as given',
    'data type': 'the order of the data type',
    file: 'as the file says',
    'file name': 'suggested by the file name; pass --labels if it is another order',
    assumed: 'assumed from their number, since the file does not say; pass --labels if it is another order',
  };
  return words[source];
}

function renderDescription({ imageSize, stages, total, entries, buffers }: NetworkDescription): string {
  const millions = (count: number) => (count === 0 ? '-' : `${(count / 1e6).toFixed(2)} M`);
  const billions = (count: number) => `${(count / 1e9).toFixed(3)} G`;
  const rows = [...stages, total].map(({ stage, used, frozen, unused, published, computed }) => [
    stage,
    millions(used),
    millions(frozen),
    millions(unused),
    billions(published),
    billions(computed),
  ]);
  const head = ['stage', 'parameters used', 'of these frozen', 'unused', 'multiply-adds', 'computed here'];
  return [
    table(head, rows),
    `${entries} entries in the state dict, ${millions(buffers)} elements of them buffers.`,
    `Multiply-adds are counted as in the paper: convolutions and linear layers, one`,
    `${imageSize} x ${imageSize} image. What is computed here includes the products of attention and`,
    'leaves out what the class token does not need.',
    '',
  ].join('\n');
}
