import { type Command, Option } from 'commander';
import { Poster } from '../../core/poster.js';
import { PosterError } from '../../errors.js';
import { alignAnswers, type ModelAnswers, modelAnswers } from '../../evaluate/compare/align-answers.js';
import { compareModels } from '../../evaluate/compare/compare-models.js';
import { scorePredictions } from '../../evaluate/prediction.js';
import { defaultResamples } from '../../evaluate/statistics/bootstrap.js';
import { guardOutputs } from '../../io/guard-outputs.js';
import { readAnswers } from '../../report/read-answers.js';
import {
  type EvaluationDataFlags,
  evaluateImages,
  isEvaluationFolder,
  mapOption,
  openEvaluationData,
  withDataOptions,
} from '../evaluation-data.js';
import {
  type BatchFlags,
  forceOption,
  loadOptions,
  type ModelFlags,
  wholeNumber,
  withBatchOptions,
  withModelOptions,
} from '../options.js';
import { noteWeights } from '../render/notes.js';
import { runVerb } from '../run-verb.js';

interface CompareFlags
  extends Omit<ModelFlags, 'checkpoint' | 'dataType'>,
    BatchFlags,
    Omit<EvaluationDataFlags, 'data'> {
  readonly data?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly seed: number;
  readonly resamples: number;
}

export function registerCompare(program: Command): void {
  const command = program
    .command('compare <models...>')
    .summary('compare models on the same faces, with intervals and tests')
    .description(
      "Compares models with the first one: folders that poster evaluate --output wrote, or checkpoints with --data. Paired bootstrap intervals of the differences, McNemar's test, every class, the faces on which they differ.",
    )
    .option('-o, --output <dir>', 'write compare.html and compare.json there')
    .addOption(mapOption())
    .addOption(forceOption())
    .option('--json', 'print the comparison as one JSON document instead of tables')
    .addOption(
      new Option('--resamples <n>', 'resamples behind the intervals')
        .argParser(wholeNumber('--resamples', 100))
        .default(defaultResamples),
    )
    .addOption(
      new Option('--seed <n>', 'decides the resamples').argParser(wholeNumber('--seed', 0)).default(1),
    );
  withBatchOptions(withModelOptions(withDataOptions(command, false))).action(runVerb(compare));
}

async function compare(signal: AbortSignal, sources: readonly string[], flags: CompareFlags): Promise<void> {
  if (sources.length < 2)
    throw new PosterError('option.invalid', `Expected two or more models to compare, got ${sources.length}.`);
  await checkOutputs(sources, flags);
  const models: ModelAnswers[] = [];
  for (const source of sources)
    models.push(
      (await isEvaluationFolder(source)) ? await readAnswers(source) : await evaluate(source, flags, signal),
    );
  const aligned = alignAnswers(models);
  const comparison = compareModels(aligned, flags);
  if (flags.json) process.stdout.write(`${JSON.stringify(comparison, null, 2)}\n`);
  else process.stdout.write((await import('../render/comparison-tables.js')).formatComparison(comparison));
  if (flags.output === undefined) return;
  const { writeComparison } = await import('../../report/compare/write-pages.js');
  const { page } = await writeComparison(flags.output, comparison, aligned, flags);
  process.stderr.write(`Page: ${page}, with compare.json beside it\n`);
}

/** Before the work, which may take hours. */
async function checkOutputs(
  sources: readonly string[],
  { output, data, force }: CompareFlags,
): Promise<void> {
  if (output === undefined) return;
  const { pageFiles } = await import('../../report/compare/write-pages.js');
  const guard = guardOutputs({ inputs: [...sources, data], force });
  await guard.mayWriteAll(Object.values(pageFiles(output, 'compare')), '--output');
}

/** Evaluates a checkpoint. */
async function evaluate(path: string, flags: CompareFlags, signal: AbortSignal): Promise<ModelAnswers> {
  const { data } = flags;
  if (data === undefined)
    throw new PosterError(
      'option.invalid',
      `Expected --data with the faces to evaluate the checkpoint ${path} on; without it, pass folders that poster evaluate --output wrote.`,
    );
  const dataset = await openEvaluationData({ ...flags, data }, signal);
  await using poster = await Poster.load(path, {
    ...(await loadOptions(flags, signal)),
    labelsUnlessNamed: dataset.areNumbersNamed,
  });
  noteWeights(poster.notes);
  const { result, predictions } = await evaluateImages(
    poster,
    `Evaluating ${path}`,
    { dataset },
    flags,
    signal,
  );
  const answers = scorePredictions(predictions, result.classes.length);
  return modelAnswers(path, result, answers);
}
