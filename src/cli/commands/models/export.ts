import { type Command, Option } from 'commander';
import type { DataType } from '../../../data/labels.js';
import type { Split } from '../../../data/layouts/layout.js';
import { readLabels } from '../../../data/read-labels.js';
import { PosterError } from '../../../errors.js';
import {
  type ExportTarget,
  exportModel,
  exportTargets,
  type Precision,
  precisions,
} from '../../../export/export-model.js';
import { calibrationFaces, verificationImages } from '../../../export/verification-images.js';
import { checkCropSize } from '../../../image/alignment.js';
import { defaultModel } from '../../../model/shipped-names.js';
import { counted } from '../../../report/display-text.js';
import { openEvaluationData } from '../../evaluation-data.js';
import {
  type AlignmentFlags,
  alignmentOptions,
  checkpointOption,
  dataTypeOption,
  forceOption,
} from '../../options.js';
import { noteModel, noteWeights } from '../../render/notes.js';
import { sayStep } from '../../render/progress.js';
import { describeQuantization, renderExportEvaluation } from '../../render/render-export.js';
import { RequiredOption } from '../../required-option.js';
import { runVerb } from '../../run-verb.js';

interface ExportFlags extends AlignmentFlags {
  readonly checkpoint?: string;
  readonly output: string;
  readonly precision: Precision;
  readonly target: ExportTarget;
  readonly images?: string[];
  readonly calibrate?: string[];
  readonly data?: string;
  readonly split?: Split;
  readonly votes?: string;
  readonly labels?: string;
  readonly dataType?: DataType;
  readonly force?: boolean;
}

export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .summary('write a checkpoint as ONNX, safetensors or .pth')
    .description(
      'Writes a checkpoint in another format, with its classes and preprocessing inside, and compares it with the source on real images before it reports success.',
    )
    .addOption(checkpointOption('.pth, .pth.tar or .safetensors'))
    .addOption(
      new RequiredOption(
        '-o, --output <file>',
        'ending in .onnx, .safetensors or .pth; with --target triton the folder',
      ),
    )
    .addOption(
      new Option(
        '--precision <p>',
        'fp16 and int8-weights store weights so and compute in fp32; int8 computes in 8 bits; int8 for ONNX',
      )
        .choices(precisions)
        .default('fp32'),
    )
    .addOption(
      new Option(
        '--target <t>',
        "ONNX: cpu for ONNX Runtime's CPU kernels, portable for other runtimes and GPUs, triton for a model folder of NVIDIA Triton",
      )
        .choices(exportTargets)
        .default('cpu'),
    )
    .option('--images <paths...>', 'images or folders to compare on (default: seven drawn faces)')
    .option('--calibrate <paths...>', 'int8: 200 to 500 faces like those it will see (default: drawn ones)')
    .option('--data <dir>', 'a labelled dataset to evaluate source and result on, as poster evaluate has it')
    .option('--split <name>', 'its part (default: the one the dataset is evaluated on)')
    .option('--votes <file>', 'FERPlus votes file, where it does not lie in the folder')
    .option('--labels <names>', 'class names in the order of the checkpoint: a,b,c, a data type or a file')
    .addOption(dataTypeOption('the data the checkpoint was trained on, for its class names'))
    .addOption(forceOption())
    .action(runVerb(runExport));
  for (const option of alignmentOptions('as the checkpoint says, or its dataset')) command.addOption(option);
}

async function runExport(signal: AbortSignal, flags: ExportFlags): Promise<void> {
  const images = await verificationImages(flags.images, signal);
  if (images.length === 0) {
    throw new PosterError(
      'file.missing',
      `Expected images to compare on in ${flags.images?.join(', ')}; found none.`,
    );
  }
  const { checkpoint = defaultModel } = flags;
  await noteModel(checkpoint);
  const { template, cropSize: size } = flags;
  if (size !== undefined) checkCropSize(size);
  const { calibrate, data, split, votes, labels: names, dataType } = flags;
  const labels = names === undefined ? undefined : await readLabels(names);
  const calibration = calibrate && (await calibrationFaces(calibrate, signal));
  const dataset =
    data === undefined
      ? undefined
      : await openEvaluationData(
          { data, dataType: dataType ?? 'RAF-DB', split, votes, labels: names },
          signal,
        );
  const { output, format, bytes, card, agreement, quantization, notes } = await exportModel({
    ...flags,
    calibration,
    dataset,
    onEvaluated: (evaluation) => process.stdout.write(renderExportEvaluation(evaluation)),
    onStep: sayStep(),
    checkpoint,
    images,
    labels,
    dataType,
    ...((template ?? size) !== undefined && { alignment: { template, size } }),
    alsoRead: [flags.labels, data, ...(flags.images ?? []), ...(calibrate ?? [])],
    signal,
  });
  noteWeights(notes);
  const { sameClass, largestDifference } = agreement;
  process.stdout.write(
    `Wrote ${output}: ${format}, ${flags.precision}, ${(bytes / 1e6).toFixed(1)} MB, classes ${card.labels.join(', ')}.\n` +
      `Compared with ${checkpoint} on ${counted(agreement.images, 'image')}: ${sameClass} get${sameClass === 1 ? 's' : ''} the same class, ` +
      `the largest difference of a probability is ${largestDifference.toExponential(1)}.\n`,
  );
  if (quantization) process.stdout.write(describeQuantization(quantization));
}
