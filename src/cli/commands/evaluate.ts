import { join } from 'node:path';
import type { Command } from 'commander';
import { Poster } from '../../core/poster.js';
import type { Dataset } from '../../data/dataset.js';
import { type DataType, dataTypeFacts } from '../../data/labels.js';
import { guardOutputs } from '../../io/guard-outputs.js';
import { modelFile } from '../../model/shipped-models.js';
import { defaultModel } from '../../model/shipped-names.js';
import {
  type EvaluationDataFlags,
  evaluateImages,
  mapOption,
  openEvaluationData,
  readShares,
  withDataOptions,
} from '../evaluation-data.js';
import { evaluateParts, type PartFlags, readPartInputs, withPartOptions } from '../evaluation-parts.js';
import {
  type BatchFlags,
  checkpointOption,
  forceOption,
  loadOptions,
  type ModelFlags,
  precisionOption,
  withBatchOptions,
  withModelOptions,
} from '../options.js';
import { noteModel, noteWeights } from '../render/notes.js';
import { runVerb } from '../run-verb.js';

interface EvaluateFlags
  extends Omit<ModelFlags, 'checkpoint' | 'dataType'>,
    BatchFlags,
    EvaluationDataFlags,
    PartFlags {
  readonly checkpoint?: string;
  readonly evaluate?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function registerEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .summary('evaluate a checkpoint on a labelled dataset')
    .description(
      'Evaluates a checkpoint: accuracy, per-class figures, calibration, confusion matrix, report.',
    )
    .addOption(checkpointOption())
    .addOption(precisionOption())
    .option('-e, --evaluate <file>', 'the same, under its name in the official program')
    .option('-o, --output <dir>', 'write report.html, result.json and predictions.csv there');
  withPartOptions(command)
    .addOption(mapOption())
    .addOption(forceOption())
    .option('--json', 'print the result as one JSON document instead of tables');
  withBatchOptions(withModelOptions(withDataOptions(command, true))).action(runVerb(evaluate));
}

async function evaluate(signal: AbortSignal, flags: EvaluateFlags): Promise<void> {
  const dataset = await openEvaluationData(flags, signal);
  await checkOutputs(flags, dataset);
  const parts = await readPartInputs(flags, dataset, signal);
  await noteModel(checkpointOf(flags));
  await using poster = await Poster.load(checkpointOf(flags), {
    ...(await loadOptions(flags, signal)),
    // They name the numbers of the data then, in whose order the model's own names need not be.
    labelsUnlessNamed: dataset.areNumbersNamed,
  });
  noteWeights(poster.notes);
  const voteShares = await readShares(flags, dataset, signal);
  const evaluated = await evaluateImages(poster, 'Evaluating', { dataset, voteShares }, flags, signal);
  const outcome = await evaluateParts(poster, dataset, evaluated, parts, flags, signal);
  if (flags.json) process.stdout.write(`${JSON.stringify(outcome.result, null, 2)}\n`);
  else await printTables(outcome.result, flags.dataType);
  if (flags.output === undefined) return;
  const { writeEvaluation } = await import('../../report/write-evaluation.js');
  const { report } = await writeEvaluation(flags.output, outcome, { force: flags.force, signal });
  process.stderr.write(
    `Report: ${report}, with result.json and predictions.csv beside it in ${join(flags.output, '')}\n`,
  );
}

/** Before the work, which may take hours. */
async function checkOutputs(flags: EvaluateFlags, { samples }: Dataset): Promise<void> {
  if (flags.output === undefined) return;
  const { evaluationFiles } = await import('../../report/write-evaluation.js');
  const inputs = [
    await modelFile(checkpointOf(flags)),
    flags.data,
    flags.labels,
    ...samples.map(({ path }) => path),
  ];
  const guard = guardOutputs({ inputs, force: flags.force });
  await guard.mayWriteAll(Object.values(evaluationFiles(flags.output)), '--output');
}

function checkpointOf({ checkpoint, evaluate }: EvaluateFlags): string {
  return checkpoint ?? evaluate ?? defaultModel;
}

/** The tables pull in the chart library's text helpers, so they are loaded when there is something to show. */
async function printTables(
  result: Parameters<typeof import('../render/tables.js').formatTables>[0],
  type: DataType,
): Promise<void> {
  const { formatTables } = await import('../render/tables.js');
  process.stdout.write(formatTables(result));
  const { labelNote } = dataTypeFacts(type);
  if (labelNote) process.stdout.write(`\n${labelNote}\n`);
}
