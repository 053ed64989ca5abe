/**
 * One step of training with SAM around Adam, as `poster train` takes it, against the official program's own: both in
 * PyTorch on the same libtorch and BLAS, the published network, as many threads, in one run, round by round in turn.
 * Also the peak memory of both processes and the share of a step that our loader costs.
 *
 *   node build/bench/training.js --official DIR [--python python3] [--batch-size 16] [--rounds 5] [--threads 2] [--json]
 *
 * DIR is a checkout of https://github.com/Talented-Q/POSTER_V2; the Python needs PyTorch (Debian: python3-torch).
 */
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureInRounds } from '../src/bench/rounds.js';
import { type Spread, spreadOf } from '../src/bench/statistics.js';
import { writeDrawnDataset } from '../testing/drawn-faces/write-drawn-dataset.js';
import { type JsonProcess, startJsonProcess } from './support/json-process.js';
import { ratiosOf } from './support/ratios.js';
import { temporaryFolder } from './support/temporary-folder.js';

interface Figures {
  readonly torch: readonly string[];
  /** Seconds of a step. */
  readonly official: Spread;
  readonly ours: Spread;
  /** How many times the official rate, of each round. */
  readonly ratio: Spread;
  /** Share of a step spent waiting for its images, in [0, 1]. */
  readonly loader: number;
  /** Bytes. */
  readonly peak: { readonly official: number; readonly ours: number };
}

type Arguments = ReturnType<typeof readArguments>;

const officialScript = fileURLToPath(new URL('../../bench/pytorch/serve_training.py', import.meta.url));
const ourScript = fileURLToPath(new URL('./support/serve-training.js', import.meta.url));

/** Steps that are taken while the loader is watched. */
const watchedSteps = 4;

async function main(): Promise<void> {
  const settings = readArguments();
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  await writeDrawnDataset(folder, { train: (watchedSteps + 1) * settings.batchSize, test: 7, seed: 1 });
  const before = loadavg()[0]!;
  const figures = await measure(folder, settings);
  const result = { ...settings, before, after: loadavg()[0]!, ...figures };
  process.stdout.write(settings.json ? `${JSON.stringify(result, null, 2)}\n` : render(result));
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      official: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      'batch-size': { type: 'string', default: '16' },
      rounds: { type: 'string', default: '5' },
      threads: { type: 'string', default: `${availableParallelism()}` },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.official === undefined) throw new Error('Expected --official with the folder of its checkout.');
  return {
    checkout: values.official,
    python: values.python,
    json: values.json,
    batchSize: Number(values['batch-size']),
    rounds: Number(values.rounds),
    threads: Number(values.threads),
  };
}

async function measure(
  data: string,
  { checkout, python, batchSize, rounds, threads }: Arguments,
): Promise<Figures> {
  const flags = ['--official', checkout, '--batch-size', `${batchSize}`, '--threads', `${threads}`];
  const ourFlags = [ourScript, data, `${batchSize}`, `${threads}`];
  await using ours = await startJsonProcess(process.execPath, ourFlags, asTrainDoes);
  await using official = await startJsonProcess(python, [officialScript, ...flags], await sameBlas());
  const onRound = (done: number, total: number) => process.stderr.write(`round ${done} of ${total}\n`);
  const [theirSteps, ourSteps] = await measureInRounds(
    [official, ours].map((side) => () => secondsOf(side)),
    { rounds, onRound },
  );
  const peak = { official: await peakOf(official), ours: await peakOf(ours) };
  const { seconds, waiting } = (await ours.ask({ epoch: watchedSteps })) as Record<string, number>;
  return {
    torch: [official, ours].map(({ greeting }) => `${greeting.torch}`),
    official: spreadOf(theirSteps!),
    ours: spreadOf(ourSteps!),
    ratio: spreadOf(ratiosOf(theirSteps!, ourSteps!)),
    loader: waiting! / seconds!,
    peak,
  };
}

/** What `train` sets before libtorch is loaded. */
const asTrainDoes = { OMP_WAIT_POLICY: 'PASSIVE' };

/** Puts the BLAS that our engine was linked to before the one that Python's torch would take. */
async function sameBlas(): Promise<Record<string, string>> {
  const stamp = new URL('../native/poster_torch.json', import.meta.url);
  const { default: built } = await import(stamp.href, { with: { type: 'json' } });
  return built.libtorch.blas ? { LD_LIBRARY_PATH: built.libtorch.blas } : {};
}

const secondsOf = async (side: JsonProcess) => (await side.ask({ steps: 1 })).seconds as number;
const peakOf = async (side: JsonProcess) => (await side.ask({ memory: 1 })).peak as number;

function render(result: Arguments & Figures & { readonly before: number; readonly after: number }): string {
  const { batchSize, threads, rounds, torch, official, ours, ratio, loader, peak, before, after } = result;
  const digits = ({ median, min, max }: Spread) =>
    `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  return [
    `One SAM step, batch ${batchSize}, ${threads} threads, ${rounds} rounds: median (lowest to highest)`,
    `official (torch ${torch[0]})   ${digits(official)} s, peak memory ${gigabytes(peak.official)}`,
    `poster train (libtorch ${torch[1]})  ${digits(ours)} s, peak memory ${gigabytes(peak.ours)}`,
    `  times the official rate  ${digits(ratio)}`,
    `  waiting for the loader   ${(loader * 100).toFixed(2)} % of a step`,
    `load                       ${before.toFixed(2)} before, ${after.toFixed(2)} after`,
    '',
  ].join('\n');
}

await main();
