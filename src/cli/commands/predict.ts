import { type Command, Option } from 'commander';
import { PosterError } from '../../errors.js';
import { Poster } from '../../poster.js';
import { type PredictionFormat, predictionFormats } from '../../predict/format.js';
import { listInputs, parseShard, type Shard } from '../../predict/list-inputs.js';
import type { LineSink } from '../../predict/output-file.js';
import { type PredictCounts, predictTo } from '../../predict/predict-files.js';
import { noteLabels } from '../note-labels.js';
import {
  type BatchFlags,
  dataTypeOption,
  loadOptions,
  type ModelFlags,
  wholeNumber,
  withBatchOptions,
  withModelOptions,
} from '../options.js';
import { createProgress } from '../progress.js';
import { runVerb } from '../run-verb.js';

interface PredictFlags extends ModelFlags, BatchFlags {
  readonly topK: number;
  readonly embeddings?: boolean;
  readonly format?: PredictionFormat;
  readonly output?: string;
  readonly skipExisting?: boolean;
  readonly shard?: Shard;
}

export function registerPredict(program: Command): void {
  const command = program
    .command('predict')
    .summary('recognise the expressions of face images')
    .description(
      'Recognises face crops: files, folders, glob patterns, or - for paths on standard input, one a line.',
    )
    .argument('<inputs...>', 'images, folders, patterns or -')
    .requiredOption('--checkpoint <file>', '.pth, .pth.tar, .safetensors or exported .onnx')
    .addOption(dataTypeOption('the data the checkpoint was trained on, for its class names'))
    .option('-k, --top-k <n>', 'list the n most probable classes', wholeNumber('--top-k', 1), 1)
    .option('--embeddings', 'write the features before the head too (jsonl and csv)')
    .addOption(
      new Option('--format <format>', 'default: by the ending of --output, else table').choices(
        predictionFormats,
      ),
    )
    .option('-o, --output <file>', 'write to a file instead of standard output')
    .option('--skip-existing', 'continue --output: pass over the files it already holds')
    .option('--shard <i/n>', 'only the i-th of n parts of the files', parseShard);
  withBatchOptions(withModelOptions(command)).action(runVerb(predict));
}

async function predict(signal: AbortSignal, inputs: string[], flags: PredictFlags): Promise<void> {
  const format = chooseFormat(flags);
  if (flags.skipExisting && (!flags.output || format === 'table')) {
    throw new PosterError(
      'option.invalid',
      'Expected --output with jsonl or csv beside --skip-existing: only those can be continued.',
    );
  }
  await using poster = await Poster.load(flags.checkpoint, await loadOptions(flags, signal));
  noteLabels(poster);
  const progress = flags.output === undefined ? undefined : createProgress('Recognising', 'images');
  const counts = await predictTo(poster, listInputs(inputs, { shard: flags.shard, signal }), {
    format,
    topK: flags.topK,
    embedding: flags.embeddings,
    output: flags.output,
    sink: standardOutput,
    skipExisting: flags.skipExisting,
    strict: flags.strict,
    batchSize: flags.batchSize,
    workers: flags.workers,
    signal,
    onResult({ error }, { recognised, unreadable }) {
      if (error) process.stderr.write(`poster: ${error.message}\n`);
      progress?.update(recognised + unreadable);
    },
  }).finally(() => progress?.stop());
  report(counts, flags.output);
}

function chooseFormat({ format, output }: PredictFlags): PredictionFormat {
  if (format) return format;
  if (output?.endsWith('.csv')) return 'csv';
  return output === undefined ? 'table' : 'jsonl';
}

const standardOutput: LineSink = {
  write: (line) =>
    new Promise((resolve, reject) =>
      process.stdout.write(line, (error) => (error ? reject(error) : resolve())),
    ),
  close: async () => {},
};

function report({ recognised, unreadable, skipped }: PredictCounts, output: string | undefined): void {
  const parts = [
    `${recognised} recognised`,
    ...(unreadable > 0 ? [`${unreadable} unreadable`] : []),
    ...(skipped > 0 ? [`${skipped} passed over as done before`] : []),
  ];
  const summary = `${parts.join(', ')}${output ? `; results in ${output}` : ''}`;
  if (recognised + skipped === 0 && unreadable > 0) {
    throw new PosterError('image.unreadable', `None of the images could be read (${summary}).`);
  }
  if (output || unreadable > 0) process.stderr.write(`${summary}.\n`);
}
