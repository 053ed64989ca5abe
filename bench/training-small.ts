/**
 * One step of training the small network from nothing, in bfloat16 with AdamW, clipping and a moving average, as
 * `poster train` takes it, against a plain PyTorch program of the same network (bench/pytorch/small.py): on the same
 * libtorch, with the same weights, as many threads, in one run, round by round in turn. That both are the same network
 * is seen before, in the logits. In turn with them come our steps with `--augment strong`, for what it costs.
 *
 *   node build/bench/training-small.js [--python python3] [--batch-sizes 64,128] [--rounds 9] [--steps 2] [--threads 2]
 *     [--layout channels_last|contiguous_format] [--json]
 *
 * --layout: how the plain program keeps its maps. The Python needs PyTorch.
 */
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureInRounds } from '../src/bench/rounds.js';
import { type Spread, spreadOf } from '../src/bench/statistics.js';
import type { TrainingOverrides } from '../src/train/config/training-options.js';
import { writeDrawnDataset } from '../testing/drawn-faces/write-drawn-dataset.js';
import { type JsonProcess, startJsonProcess } from './support/json-process.js';
import { ratiosOf } from './support/ratios.js';
import { temporaryFolder } from './support/temporary-folder.js';

interface Figures {
  readonly batchSize: number;
  readonly torch: readonly string[];
  /** Largest difference of a logit before the first step. */
  readonly difference: number;
  /** Seconds of a step. */
  readonly plain: Spread;
  readonly ours: Spread;
  /** How many times the plain program's rate, of each round. */
  readonly ratio: Spread;
  /** How many times a step of ours one with augmented images takes, of each round. */
  readonly augmented: Spread;
  /** Bytes. */
  readonly peak: { readonly plain: number; readonly ours: number };
}

type Arguments = ReturnType<typeof readArguments>;

const plainScript = fileURLToPath(new URL('../../bench/pytorch/serve_small_training.py', import.meta.url));
const ourScript = fileURLToPath(new URL('./support/serve-training.js', import.meta.url));

const options: TrainingOverrides = {
  ...{ network: 'small', precision: 'bf16', channelsLast: true },
  ...{
    optimizer: 'adamw',
    weightDecay: 0.05,
    weightDecayExclude1d: true,
    clipGradient: 5,
    rho: 0,
    ema: 0.999,
  },
};

async function main(): Promise<void> {
  const settings = readArguments();
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  await writeDrawnDataset(folder, { train: Math.max(...settings.batchSizes), test: 7, seed: 1 });
  for (const batchSize of settings.batchSizes) {
    const before = loadavg()[0]!;
    const figures = await measure(folder, batchSize, settings);
    const result = { ...settings, before, after: loadavg()[0]!, ...figures };
    process.stdout.write(settings.json ? `${JSON.stringify(result, null, 2)}\n` : render(result));
  }
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      python: { type: 'string', default: 'python3' },
      'batch-sizes': { type: 'string', default: '64,128' },
      rounds: { type: 'string', default: '9' },
      steps: { type: 'string', default: '2' },
      threads: { type: 'string', default: `${availableParallelism()}` },
      layout: { type: 'string', default: 'channels_last' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    python: values.python,
    batchSizes: values['batch-sizes'].split(',').map(Number),
    rounds: Number(values.rounds),
    steps: Number(values.steps),
    threads: Number(values.threads),
    layout: values.layout,
    json: values.json,
  };
}

async function measure(folder: string, batchSize: number, settings: Arguments): Promise<Figures> {
  const { python, rounds, steps, threads, layout } = settings;
  const flags = ['--batch-size', `${batchSize}`, '--threads', `${threads}`, '--layout', layout];
  const train = (overrides: TrainingOverrides) =>
    startJsonProcess(
      process.execPath,
      [ourScript, folder, `${batchSize}`, `${threads}`, JSON.stringify(overrides)],
      asTrainDoes,
    );
  await using ours = await train(options);
  await using augmenting = await train({ ...options, augment: 'strong' });
  await using plain = await startJsonProcess(python, [plainScript, ...flags], asTrainDoes);
  const difference = await shareWeights(ours, plain, join(folder, 'weights.pth'));
  const onRound = (done: number, total: number) => process.stderr.write(`round ${done} of ${total}\n`);
  const secondsOf = async (side: JsonProcess) => (await side.ask({ steps })).seconds as number;
  const [plainSteps, ourSteps, augmentedSteps] = await measureInRounds(
    [plain, ours, augmenting].map((side) => () => secondsOf(side)),
    { rounds, onRound },
  );
  return {
    batchSize,
    torch: [plain, ours].map(({ greeting }) => `${greeting.torch}`),
    difference,
    plain: spreadOf(plainSteps!),
    ours: spreadOf(ourSteps!),
    ratio: spreadOf(ratiosOf(plainSteps!, ourSteps!)),
    augmented: spreadOf(ratiosOf(augmentedSteps!, ourSteps!)),
    peak: { plain: await peakOf(plain), ours: await peakOf(ours) },
  };
}

/** What `train` sets before libtorch is loaded; both get it. */
const asTrainDoes = { OMP_WAIT_POLICY: 'PASSIVE' };

/** Largest difference of the logits of both that is float32's rounding. */
const rounding = 1e-4;

/** Gives both the same weights; the largest difference of their logits. */
async function shareWeights(ours: JsonProcess, plain: JsonProcess, file: string): Promise<number> {
  await ours.ask({ save: file });
  await plain.ask({ load: file });
  const [a, b] = await Promise.all(
    [ours, plain].map(async (side) => ((await side.ask({ logits: 4 })).logits as number[][]).flat()),
  );
  const difference = Math.max(...a!.map((value, i) => Math.abs(value - b![i]!)));
  if (difference < rounding) return difference;
  throw new Error(`Expected logits of the same network, but they differ by ${difference}.`);
}

const peakOf = async (side: JsonProcess) => (await side.ask({ memory: 1 })).peak as number;

function render(result: Arguments & Figures & { readonly before: number; readonly after: number }): string {
  const {
    batchSize,
    threads,
    rounds,
    torch,
    difference,
    plain,
    ours,
    ratio,
    augmented,
    peak,
    before,
    after,
  } = result;
  const digits = ({ median, min, max }: Spread) =>
    `${median.toFixed(3)} (${min.toFixed(3)} to ${max.toFixed(3)})`;
  const side = (seconds: Spread, bytes: number) =>
    `${digits(seconds)} s, ${(batchSize / seconds.median).toFixed(0)} images/s, peak memory ${(bytes / 1e9).toFixed(2)} GB`;
  return [
    `One step of the small network in bfloat16, batch ${batchSize}, ${threads} threads, ${rounds} rounds: median (lowest to highest)`,
    `plain (torch ${torch[0]}, ${result.layout})  ${side(plain, peak.plain)}`,
    `poster train (libtorch ${torch[1]})  ${side(ours, peak.ours)}`,
    `  times the plain rate  ${digits(ratio)}`,
    `  with --augment strong  ${digits(augmented)} times its step`,
    `  largest difference of a logit before  ${difference.toExponential(1)}`,
    `load  ${before.toFixed(2)} before, ${after.toFixed(2)} after`,
    '',
  ].join('\n');
}

await main();
