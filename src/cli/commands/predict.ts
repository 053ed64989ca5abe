import { type Command, Option } from 'commander';
import { Poster } from '../../core/poster.js';
import { createDropCounter } from '../../data/layouts/layout.js';
import { PosterError } from '../../errors.js';
import { type ExplainMethod, explainMethods } from '../../explain/explanation.js';
import { defaultModel } from '../../model/shipped-names.js';
import type { ExplainTo } from '../../predict/explain-results.js';
import { listInputs, parseShard, type Shard } from '../../predict/list-inputs.js';
import {
  type PredictionFormat,
  predictionFormats,
  type StreamedResult,
} from '../../predict/output/format.js';
import type { LineSink } from '../../predict/output/output-file.js';
import type { PredictCounts } from '../../predict/output/stream-lines.js';
import { predictTo } from '../../predict/predict-files.js';
import { type PredictPhotosOptions, predictPhotosTo } from '../../predict/predict-photos.js';
import { requireFfmpeg } from '../../video/ffmpeg.js';
import {
  alignOptions,
  type BatchFlags,
  checkpointOption,
  dataTypeOption,
  type FaceFlags,
  faceOptions,
  finderOptions,
  forceOption,
  loadOptions,
  type ModelFlags,
  wholeNumber,
  withBatchOptions,
  withModelOptions,
} from '../options.js';
import { areVideos, predictVideos, type VideoFlags, videoOptions } from '../predict-videos.js';
import { noteLabels } from '../render/note-labels.js';
import { noteModel } from '../render/note-model.js';
import { notePassedOver } from '../render/note-passed-over.js';
import { createProgress } from '../render/progress.js';
import { runVerb } from '../run-verb.js';

interface PredictFlags extends ModelFlags, BatchFlags, VideoFlags, FaceFlags {
  readonly topK: number;
  readonly embeddings?: boolean;
  readonly format?: PredictionFormat;
  readonly output?: string;
  readonly skipExisting?: boolean;
  readonly force?: boolean;
  readonly shard?: Shard;
  readonly faces?: boolean;
  readonly annotate?: string;
  readonly explain?: string;
  readonly explainMethod?: ExplainMethod;
}

export function registerPredict(program: Command): void {
  const command = program
    .command('predict')
    .summary('recognise the expressions of face images')
    .description(
      'Recognises face crops, or with --faces every face of ordinary photos: files, folders, glob patterns, or - for paths on standard input, one a line. In videos every face is found and followed; ffmpeg must be installed.',
    )
    .argument('<inputs...>', 'images or videos, folders, patterns or -')
    .addOption(checkpointOption())
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
    .addOption(forceOption())
    .option('--faces', 'find, align and recognise every face of ordinary photos')
    .option('--annotate <dir>', 'with --faces or videos: write them with boxes and bars into a folder')
    .option('--explain <dir>', 'write a heat map of what decided each class, as a picture and as data')
    .addOption(
      new Option(
        '--explain-method <method>',
        'with --explain; grad-cam needs libtorch (default: attention)',
      ).choices(explainMethods),
    )
    .option('--shard <i/n>', 'only the i-th of n parts of the files', parseShard);
  const special = [...faceOptions('with --faces or videos: '), ...videoOptions(wholeNumber('--every', 1))];
  for (const option of special) command.addOption(option);
  withBatchOptions(withModelOptions(command)).action(runVerb(predict));
}

async function predict(signal: AbortSignal, inputs: string[], flags: PredictFlags): Promise<void> {
  const format = chooseFormat(flags);
  const videos = areVideos(inputs, flags);
  checkFlags(flags, format, videos);
  if (videos) await requireFfmpeg(signal); // before the model, which takes a while
  const { checkpoint = defaultModel } = flags;
  await noteModel(checkpoint);
  await using poster = await Poster.load(checkpoint, await loadOptions(flags, signal));
  noteLabels(poster);
  if (videos)
    return await predictVideos(poster, {
      ...flags,
      ...{ inputs, format, embedding: flags.embeddings ?? false, sink: standardOutput, signal },
      alsoRead: [flags.detector, flags.labels],
    });
  const passedOver = createDropCounter();
  const paths = listInputs(inputs, { shard: flags.shard, signal, passedOver });
  const progress = flags.output === undefined ? undefined : createProgress('Recognising', 'images');
  const options = {
    format,
    topK: flags.topK,
    embedding: flags.embeddings,
    output: flags.output,
    sink: standardOutput,
    skipExisting: flags.skipExisting,
    force: flags.force,
    alsoRead: [flags.detector, flags.labels],
    strict: flags.strict,
    signal,
    explain: explainTo(flags, signal),
    onResult({ error }: StreamedResult, { recognised, unreadable }: PredictCounts) {
      if (error) process.stderr.write(`poster: ${error.message}\n`);
      progress?.update(recognised + unreadable);
    },
  };
  const counts = await (flags.faces
    ? predictFaces(poster, paths, { ...options, ...alignOptions(flags), annotate: flags.annotate }, flags)
    : predictTo(poster, paths, {
        ...options,
        ...{ batchSize: flags.batchSize, workers: flags.workers },
        onNote: (note) => process.stderr.write(`Note: ${note}\n`),
      })
  ).finally(() => progress?.stop());
  notePassedOver(passedOver);
  report(counts, flags.output);
}

async function predictFaces(
  poster: Poster,
  paths: AsyncIterable<string>,
  options: PredictPhotosOptions,
  flags: PredictFlags,
): Promise<PredictCounts> {
  const { openFaceFinder } = await import('../../faces/open-face-finder.js');
  await using finder = await openFaceFinder(finderOptions(flags));
  return await predictPhotosTo(poster, finder, paths, options); // before the finder is disposed
}

function explainTo({ explain, explainMethod }: PredictFlags, signal: AbortSignal): ExplainTo | undefined {
  if (explain === undefined) return undefined;
  return { folder: explain, signal, ...(explainMethod && { method: explainMethod }) };
}

/** @throws PosterError `option.invalid` for flags that need another. */
function checkFlags(flags: PredictFlags, format: PredictionFormat, videos: boolean): void {
  const { faces, annotate, explain, explainMethod, skipExisting, force, output } = flags;
  if (videos && (skipExisting || explain !== undefined)) {
    const flag = skipExisting ? '--skip-existing' : '--explain';
    throw new PosterError(
      'option.invalid',
      `Expected no ${flag} with videos: it is for images; leave it out.`,
    );
  }
  if (skipExisting && (!output || format === 'table')) {
    throw new PosterError(
      'option.invalid',
      'Expected --output with jsonl or csv beside --skip-existing: only those can be continued.',
    );
  }
  if (skipExisting && force) {
    throw new PosterError(
      'option.invalid',
      'Expected either --skip-existing or --force, got both; leave one out.',
    );
  }
  if (explainMethod !== undefined && explain === undefined) {
    throw new PosterError('option.invalid', 'Expected --explain beside --explain-method; add it.');
  }
  const { detector, landmarks, template, cropSize } = flags;
  if (!faces && !videos && (detector ?? annotate ?? landmarks ?? template ?? cropSize) !== undefined) {
    throw new PosterError(
      'option.invalid',
      'Expected --faces beside --detector, --landmarks, --template, --crop-size and --annotate; add it.',
    );
  }
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
