/**
 * The `poster` command as users run it: `poster evaluate` on drawn faces, as JPEG files of 100 x 100 pixels,
 * against the bare network on the same images, in turn; its peak memory; the time of `poster predict` for one face.
 *
 *   node build/bench/evaluate-end-to-end.js [--images 320] [--rounds 4] [--json]
 */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureInRounds } from '../src/bench/rounds.js';
import { type Spread, spreadOf } from '../src/bench/statistics.js';
import { writePth } from '../src/checkpoint/pth/write.js';
import { openLoader } from '../src/data/loader/loader.js';
import { openDataset } from '../src/data/open-dataset.js';
import { parseEvaluationResult } from '../src/evaluate/result.js';
import { loadModel } from '../src/model/load-model.js';
import { publishedConfig } from '../src/network/config.js';
import { posterV2 } from '../src/network/poster-v2.js';
import type { Session } from '../src/onnx/runtime.js';
import { defaultBatchSize } from '../src/recognise/recognise-files.js';
import { regeneratedStateDict } from '../test/support/regenerated.js';
import { writeDrawnDataset } from '../testing/drawn-faces/write-drawn-dataset.js';
import { ratiosOf } from './support/ratios.js';
import { runPoster } from './support/run-poster.js';
import { temporaryFolder } from './support/temporary-folder.js';

interface Figures {
  /** Images per second of the network alone, and of `poster evaluate` between loading the model and its result. */
  readonly bare: Spread;
  readonly evaluate: Spread;
  /** The second over the first, of each round. */
  readonly share: Spread;
  /** Peak memory of `poster evaluate` in bytes, the highest of all rounds. */
  readonly peakMemory: number;
  /** Seconds of the whole process `poster predict` for one face. */
  readonly firstPrediction: Spread;
}

async function main(): Promise<void> {
  const { images, rounds, json } = readArguments();
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  const checkpoint = join(folder, 'weights.pth');
  await writePth(checkpoint, regeneratedStateDict(posterV2(publishedConfig)));
  await writeDrawnDataset(join(folder, 'data'), { train: 7, test: images, seed: 1 });
  const before = loadavg()[0]!;
  const figures = await measure(checkpoint, join(folder, 'data'), rounds);
  const result = { images, rounds, before, after: loadavg()[0]!, ...figures };
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : render(result));
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      images: { type: 'string', default: '320' },
      rounds: { type: 'string', default: '4' },
      json: { type: 'boolean', default: false },
    },
  });
  return { ...values, images: Number(values.images), rounds: Number(values.rounds) };
}

async function measure(checkpoint: string, data: string, rounds: number): Promise<Figures> {
  const { samples } = await openDataset({ root: data, type: 'RAF-DB' });
  const paths = samples.map(({ path }) => path);
  const batches = await loadImages(paths);
  const { session } = await loadModel(checkpoint);
  const peaks: number[] = [];
  const onRound = (done: number, total: number) => process.stderr.write(`round ${done} of ${total}\n`);
  const measurements = [
    () => bareRate(session, batches),
    async () => {
      const { output, peakMemory } = await runPoster([
        'evaluate',
        '--data',
        data,
        '--checkpoint',
        checkpoint,
        '--json',
      ]);
      peaks.push(peakMemory);
      return parseEvaluationResult(output, 'the output of poster evaluate').timing.imagesPerSecond;
    },
    async () => (await runPoster(['predict', paths[0]!, '--checkpoint', checkpoint])).seconds,
  ];
  const [bare, evaluate, predict] = await measureInRounds(measurements, { rounds, onRound });
  await session.release();
  return {
    bare: spreadOf(bare!),
    evaluate: spreadOf(evaluate!),
    share: spreadOf(ratiosOf(evaluate!, bare!)),
    peakMemory: Math.max(...peaks),
    firstPrediction: spreadOf(predict!),
  };
}

/** The images as the network takes them, in batches of the size that `poster evaluate` uses. */
async function loadImages(paths: readonly string[]): Promise<{ images: Float32Array; count: number }[]> {
  await using loader = openLoader({ batchSize: defaultBatchSize });
  const batches: { images: Float32Array; count: number }[] = [];
  for await (const { images, count } of loader.load(paths.map((path) => ({ path })))) {
    batches.push({ images: images.slice(), count });
  }
  return batches;
}

async function bareRate(
  session: Session,
  batches: readonly { images: Float32Array; count: number }[],
): Promise<number> {
  const started = performance.now();
  let done = 0;
  for (const { images, count } of batches) {
    await session.run(images, count);
    done += count;
  }
  return done / ((performance.now() - started) / 1000);
}

interface Result extends Figures {
  readonly images: number;
  readonly rounds: number;
  /** The machine's load average before and after; our own turns are in the latter. */
  readonly before: number;
  readonly after: number;
}

function render({ images, rounds, before, after, ...figures }: Result): string {
  const digits = ({ median, min, max }: Spread, unit: string, scale = 1, places = 1) =>
    `${(median * scale).toFixed(places)} ${unit} (${(min * scale).toFixed(places)} to ${(max * scale).toFixed(places)})`;
  return [
    `${images} images, ${rounds} rounds: median (lowest to highest)`,
    `bare network        ${digits(figures.bare, 'images/s')}`,
    `poster evaluate     ${digits(figures.evaluate, 'images/s')}`,
    `  of the bare       ${digits(figures.share, '%', 100)}`,
    `  peak memory       ${(figures.peakMemory / 2 ** 20).toFixed(0)} MB`,
    `poster predict      ${digits(figures.firstPrediction, 's', 1, 2)} from command to end, one image`,
    `load                ${before.toFixed(2)} before, ${after.toFixed(2)} after`,
    '',
  ].join('\n');
}

await main();
