import { type Command, Option } from 'commander';
import { Poster } from '../../core/poster.js';
import { type DataType, parseDataType } from '../../data/labels.js';
import type { Split } from '../../data/layouts/layout.js';
import { PosterError } from '../../errors.js';
import type { ClassMap } from '../../evaluate/class-map.js';
import { modelMatrix, type NamedResult } from '../../evaluate/compare/model-matrix.js';
import { guardOutputs } from '../../io/guard-outputs.js';
import { readResult } from '../../report/read-answers.js';
import { evaluateImages, isEvaluationFolder, mapOption, openEvaluationData } from '../evaluation-data.js';
import {
  type BatchFlags,
  forceOption,
  loadOptions,
  type ModelFlags,
  withBatchOptions,
  withModelOptions,
} from '../options.js';
import { noteLabels } from '../render/notes.js';
import { runVerb } from '../run-verb.js';

interface MatrixFlags extends Omit<ModelFlags, 'checkpoint' | 'dataType'>, BatchFlags {
  readonly data?: readonly string[];
  readonly split?: Split;
  readonly allowEmpty?: boolean;
  readonly map: ClassMap;
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

interface NamedData {
  readonly dataType: DataType;
  readonly data: string;
}

/** Adds `poster matrix`. */
export function registerMatrix(program: Command): void {
  const command = program
    .command('matrix <models...>')
    .summary('evaluate models on several datasets, as one table and page')
    .description(
      'Lays out models by datasets: folders that poster evaluate --output wrote, or checkpoints with --data, which are evaluated on each in the classes that they share.',
    )
    .option('--data <type=dir...>', 'datasets with their kinds, such as RAF-DB=data/raf FERPlus=data/ferplus')
    .option('--split <name>', 'train, valid, test or all (default: the one each dataset is evaluated on)')
    .option('--allow-empty', 'accept classes without images')
    .addOption(mapOption().default('common'))
    .option('-o, --output <dir>', 'write matrix.html and matrix.json there')
    .addOption(forceOption())
    .addOption(new Option('--json', 'print the matrix as one JSON document instead of tables'));
  withBatchOptions(withModelOptions(command)).action(runVerb(matrix));
}

async function matrix(signal: AbortSignal, sources: readonly string[], flags: MatrixFlags): Promise<void> {
  const datasets = (flags.data ?? []).map(parseData);
  await checkOutputs(sources, datasets, flags);
  const results: NamedResult[] = [];
  for (const source of sources) {
    if (await isEvaluationFolder(source)) results.push({ name: source, result: await readResult(source) });
    else results.push(...(await evaluate(source, datasets, flags, signal)));
  }
  const laidOut = modelMatrix(results);
  if (flags.json) process.stdout.write(`${JSON.stringify(laidOut, null, 2)}\n`);
  else process.stdout.write((await import('../render/comparison-tables.js')).formatMatrix(laidOut));
  if (flags.output === undefined) return;
  const { writeMatrix } = await import('../../report/compare/write-pages.js');
  const { page } = await writeMatrix(flags.output, laidOut, flags);
  process.stderr.write(`Page: ${page}, with matrix.json beside it\n`);
}

function parseData(text: string): NamedData {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1)
    return { dataType: parseDataType(text.slice(0, at)), data: text.slice(at + 1) };
  throw new PosterError(
    'option.invalid',
    `Expected a kind of data and its folder, such as RAF-DB=data/raf, for --data, got "${text}".`,
  );
}

/** Before the work, which may take hours. */
async function checkOutputs(
  sources: readonly string[],
  datasets: readonly NamedData[],
  { output, force }: MatrixFlags,
): Promise<void> {
  if (output === undefined) return;
  const { pageFiles } = await import('../../report/compare/write-pages.js');
  const guard = guardOutputs({ inputs: [...sources, ...datasets.map(({ data }) => data)], force });
  await guard.mayWriteAll(Object.values(pageFiles(output, 'matrix')), '--output');
}

/** Evaluates a checkpoint on every dataset. */
async function evaluate(
  path: string,
  datasets: readonly NamedData[],
  flags: MatrixFlags,
  signal: AbortSignal,
): Promise<NamedResult[]> {
  if (datasets.length === 0)
    throw new PosterError(
      'option.invalid',
      `Expected --data with the datasets to evaluate the checkpoint ${path} on; without it, pass folders that poster evaluate --output wrote.`,
    );
  const { split, allowEmpty } = flags;
  await using poster = await Poster.load(path, await loadOptions(flags, signal));
  noteLabels(poster);
  const results: NamedResult[] = [];
  for (const { dataType, data } of datasets) {
    const dataset = await openEvaluationData({ dataType, data, split, allowEmpty }, signal);
    const label = `Evaluating ${path} on ${dataType}`;
    const { result } = await evaluateImages(poster, label, { dataset }, flags, signal);
    results.push({ name: `${path} on ${data}`, result });
  }
  return results;
}
