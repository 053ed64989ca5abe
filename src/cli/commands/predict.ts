import { type Command, Option } from 'commander';
import { Poster } from '../../core/poster.js';
import { createDropCounter } from '../../data/layouts/layout.js';
import { PosterError } from '../../errors.js';
import { type ExplainMethod, explainMethods } from '../../explain/explanation.js';
import type { FaceFinder } from '../../faces/open-face-finder.js';
import { defaultModel } from '../../model/shipped-names.js';
import type { ExplainTo } from '../../predict/explain-results.js';
import { listInputs } from '../../predict/list-inputs.js';
import {
  type PredictionFormat,
  predictionFormats,
  type StreamedResult,
} from '../../predict/output/format.js';
import type { LineSink } from '../../predict/output/output-file.js';
import type { PredictCounts } from '../../predict/output/stream-lines.js';
import { predictTo } from '../../predict/predict-files.js';
import { predictPhotosTo } from '../../predict/predict-photos.js';
import { parseShard, type Shard } from '../../predict/shard.js';
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
  precisionOption,
  wholeNumber,
  withBatchOptions,
  withModelOptions,
} from '../options.js';
import { areVideos, predictVideos, type VideoFlags, videoOptions } from '../predict/predict-videos.js';
import { noteLabels, noteModel, notePassedOver } from '../render/notes.js';
import { createProgress } from '../render/progress.js';
import { runVerb } from '../run-verb.js';
import { say } from '../say.js';

interface PredictFlags extends ModelFlags, BatchFlags, VideoFlags, FaceFlags {
  readonly topK: number;
  readonly embeddings?: boolean;
  readonly format?: PredictionFormat;
  readonly output?: string;
  readonly skipExisting?: boolean;
  readonly force?: boolean;
  readonly shard?: Shard;
  readonly faces?: boolean;
  readonly crops?: boolean;
  readonly annotate?: string;
  readonly explain?: string;
  readonly explainMethod?: ExplainMethod;
}

export function registerPredict(program: Command): void {
  const command = program
    .command('predict')
    .summary('recognise the expressions of face images')
    .description(
      'Recognises every face of ordinary photos, or face crops as they are; it looks at each image to tell which it is, and says so; --crops spares many crops that look. Takes files, folders, glob patterns, or - for paths on standard input, one a line. In videos every face is found and followed; ffmpeg must be installed.',
    )
    .argument('<inputs...>', 'images or videos, folders, patterns or -')
    .addOption(checkpointOption())
    .addOption(precisionOption())
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
    .addOption(
      new Option('--faces', 'the images are photos: find, align and recognise every face').conflicts('crops'),
    )
    .option('--crops', 'the images are face crops: recognise them whole')
    .option('--annotate <dir>', 'write photos or videos with boxes and bars into a folder')
    .option('--explain <dir>', 'write a heat map of what decided each class, as a picture and as data')
    .addOption(
      new Option(
        '--explain-method <method>',
        'with --explain; grad-cam needs libtorch (default: attention)',
      ).choices(explainMethods),
    )
    .option('--shard <i/n>', 'only the i-th of n parts of the files; auto in a job array', (text: string) =>
      parseShard(text),
    );
  const special = [...faceOptions('of photos and videos: '), ...videoOptions(wholeNumber('--every', 1))];
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
      if (error) say(`poster: ${error.message}`);
      progress?.update(recognised + unreadable);
    },
  };
  const onNote = (note: string) => say(`Note: ${note}`);
  const cropOptions = {
    ...options,
    ...{ batchSize: flags.batchSize, workers: flags.workers, onNote },
  };
  const photoOptions = { ...options, ...alignOptions(flags), annotate: flags.annotate };
  const counts = await (flags.crops
    ? predictTo(poster, paths, cropOptions)
    : withFinder(flags, async (finder) => {
        if (flags.faces || faceFlags(flags).length > 0)
          return await predictPhotosTo(poster, finder, paths, photoOptions);
        const { predictImagesTo } = await import('../../predict/predict-images.js');
        return await predictImagesTo(poster, finder, paths, { ...cropOptions, onLooked: noteKinds() });
      })
  ).finally(() => progress?.stop());
  notePassedOver(passedOver);
  report(counts, flags.output);
}

/** Says of the first photo and of the first crop what it was taken for. */
function noteKinds(): (path: string, kind: 'photo' | 'crop') => void {
  const said = new Set<string>();
  return (path, kind) => {
    if (said.has(kind)) return;
    said.add(kind);
    say(`${path}: ${kinds[kind]}`);
  };
}

const kinds = {
  photo: 'a photo, recognised by its faces (--crops takes it whole)',
  crop: 'a face crop, taken whole (--faces looks for faces in it)',
};

/** Lends what finds faces to some work. */
async function withFinder<T>(flags: PredictFlags, work: (finder: FaceFinder) => Promise<T>): Promise<T> {
  const { openFaceFinder } = await import('../../faces/open-face-finder.js');
  await using finder = await openFaceFinder(finderOptions(flags));
  return await work(finder); // before the finder is disposed
}

/** Those given that speak of faces, so that the images are photos. */
function faceFlags({ detector, annotate, landmarks, template, cropSize }: PredictFlags): unknown[] {
  return [detector, annotate, landmarks, template, cropSize].filter((value) => value !== undefined);
}

function explainTo({ explain, explainMethod }: PredictFlags, signal: AbortSignal): ExplainTo | undefined {
  if (explain === undefined) return undefined;
  return { folder: explain, signal, ...(explainMethod && { method: explainMethod }) };
}

/** @throws PosterError `option.invalid` for flags that need another. */
function checkFlags(flags: PredictFlags, format: PredictionFormat, videos: boolean): void {
  const { crops, explain, explainMethod, skipExisting, force, output } = flags;
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
  if (crops && (videos || faceFlags(flags).length > 0)) {
    throw new PosterError(
      'option.invalid',
      'Expected no --crops with videos, --detector, --landmarks, --template, --crop-size and --annotate: those are for photos; leave it out.',
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
