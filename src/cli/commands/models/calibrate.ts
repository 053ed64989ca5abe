import type { Command } from 'commander';
import { Poster } from '../../../core/poster.js';
import type { Split } from '../../../data/layouts/layout.js';
import type { OpenedDataset } from '../../../data/open-dataset.js';
import { PosterError } from '../../../errors.js';
import type { Trust } from '../../../evaluate/result.js';
import {
  type CalibratedTrust,
  evaluateTemperature,
  fitModel,
  writeCalibrated,
} from '../../../export/calibrate-model.js';
import { guardOutputs } from '../../../io/guard-outputs.js';
import { checkpointFile } from '../../../model/shipped-models.js';
import { defaultModel } from '../../../model/shipped-names.js';
import { grouped, percent } from '../../../report/display-text.js';
import {
  type EvaluationDataFlags,
  openEvaluationData,
  sayNote,
  withDataOptions,
} from '../../evaluation-data.js';
import {
  type BatchFlags,
  checkpointOption,
  forceOption,
  loadOptions,
  type ModelFlags,
  withBatchOptions,
  withModelOptions,
} from '../../options.js';
import { noteWeights } from '../../render/notes.js';
import { withProgress } from '../../render/progress.js';
import { table } from '../../render/table.js';
import { RequiredOption } from '../../required-option.js';
import { runVerb } from '../../run-verb.js';

interface CalibrateFlags extends Omit<ModelFlags, 'dataType'>, BatchFlags, EvaluationDataFlags {
  readonly evalSplit?: Split;
  readonly output: string;
  readonly force?: boolean;
}

export function registerCalibrate(program: Command): void {
  const command = program
    .command('calibrate')
    .summary('make confidence match accuracy: fit a temperature and write it into the model')
    .description(
      'Fits the temperature that logits are divided by on a split that is neither trained on nor evaluated, and writes the model with it. It changes no answer, only how sure each is; every probability of the new file uses it.',
    )
    .addOption(checkpointOption())
    .addOption(new RequiredOption('-o, --output <file>', 'ending in .onnx, .safetensors or .pth'))
    .option('--eval-split <split>', 'another split, on which to show the figures before and after')
    .addOption(forceOption());
  withBatchOptions(withModelOptions(withDataOptions(command, true))).action(runVerb(calibrate));
}

async function calibrate(signal: AbortSignal, flags: CalibrateFlags): Promise<void> {
  const { output, split, evalSplit, force } = flags;
  const checkpoint = checkpointFile(flags.checkpoint ?? defaultModel);
  if (split === undefined || split === evalSplit)
    throw new PosterError(
      'option.invalid',
      `Expected --split with the faces to fit on${split ? ` to be another than --eval-split, got ${split} for both` : ': a split that the model was not trained on and is not evaluated on, such as valid where test is evaluated'}.`,
    );
  await guardOutputs({ inputs: [checkpoint, flags.labels], force }).mayWrite(output, '--output');
  const dataset = await openEvaluationData(flags, signal);
  const evaluated = evalSplit && (await openEvaluationData({ ...flags, split: evalSplit }, signal));
  if (evaluated) requireOthers(dataset, evaluated);
  const options = await loadOptions(flags, signal);
  const { temperature, trusts } = await fit(
    { ...flags, checkpoint },
    options,
    dataset,
    evaluated || undefined,
    signal,
  );
  const { labels, dataType } = options;
  const hints = { labels, dataType, labelsUnlessNamed: dataset.areNumbersNamed };
  await writeCalibrated({ ...hints, checkpoint, output, temperature, force, signal });
  process.stdout.write(
    `Wrote ${output}: temperature ${temperature.toFixed(4)}, fitted on ${grouped(trusts[0]!.images)} faces (${dataset.split}).\n`,
  );
  for (const trust of trusts) process.stdout.write(`\n${formatTrust(trust, trust === trusts[0])}\n`);
}

/** Where a dataset has one evaluation set, two names of a split can mean the same images. */
function requireOthers(fitted: OpenedDataset, evaluated: OpenedDataset): void {
  const paths = new Set(fitted.samples.map(({ path }) => path));
  const shared = evaluated.samples.filter(({ path }) => paths.has(path)).length;
  if (shared === 0) return;
  throw new PosterError(
    'option.invalid',
    `Expected --split and --eval-split to be different faces, but ${shared} are in both; fit on faces that are not evaluated.`,
  );
}

async function fit(
  flags: CalibrateFlags & { readonly checkpoint: string },
  options: Awaited<ReturnType<typeof loadOptions>>,
  dataset: OpenedDataset,
  evaluated: OpenedDataset | undefined,
  signal: AbortSignal,
): Promise<{ temperature: number; trusts: CalibratedTrust[] }> {
  const { batchSize, workers, strict, checkpoint } = flags;
  await using poster = await Poster.load(checkpoint, {
    ...options,
    temperature: 1,
    labelsUnlessNamed: dataset.areNumbersNamed,
  });
  noteWeights(poster.notes);
  const running = { batchSize, workers, strict, signal, onNote: sayNote };
  const { temperature, trust } = await withProgress('Fitting', 'images', (onProgress) =>
    fitModel(poster, dataset, { ...running, onProgress }),
  );
  if (!evaluated) return { temperature, trusts: [trust] };
  const evaluation = await withProgress('Evaluating', 'images', (onProgress) =>
    evaluateTemperature(poster, evaluated, temperature, { ...running, onProgress }),
  );
  return { temperature, trusts: [trust, evaluation] };
}

function formatTrust({ images, split, before, after }: CalibratedTrust, isFitted: boolean): string {
  const plain = (value: number) => value.toFixed(4);
  const estimate = ({ value, low, high }: Trust['brier'], write: (value: number) => string) =>
    `${write(value)} (${write(low)} to ${write(high)})`;
  const rows: [string, (trust: Trust) => string][] = [
    ['Calibration error', ({ calibrationError }) => estimate(calibrationError, percent)],
    ['  of every class', ({ classwiseError }) => percent(classwiseError)],
    ['Cross entropy', ({ crossEntropy }) => estimate(crossEntropy, plain)],
    ['Brier score', ({ brier }) => estimate(brier, plain)],
  ];
  const role = isFitted ? 'fitted on' : 'evaluated on';
  return table(
    [`${split}, ${grouped(images)} faces, ${role} (95 % interval)`, 'Before', 'After'],
    rows.map(([name, of]) => [name, of(before), of(after)]),
  );
}
