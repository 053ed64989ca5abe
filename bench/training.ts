/**
 * One step of training with SAM around Adam, as `poster train` takes it, against the official program's own: both in
 * PyTorch on the same libtorch and BLAS, the published network, as many threads, in one run, round by round in turn.
 * Also the peak memory of both processes and the share of a step that our loader costs.
 *
 *   node build/bench/training.js --official DIR [--python environment/bin/python] [--precision fp32 --precision bf16]
 *     [--batch-size 16] [--rounds 5] [--threads 2] [--json] [--write]
 *
 * DIR is a checkout of https://github.com/Talented-Q/POSTER_V2; the Python needs PyTorch, such as the environment of
 * bench/yardstick.ts. --write: put the table into docs/performance.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureInRounds } from '../src/bench/rounds.js';
import { type Spread, spreadOf } from '../src/bench/statistics.js';
import { writeDrawnDataset } from '../testing/drawn-faces/write-drawn-dataset.js';
import { type JsonProcess, startJsonProcess } from './support/json-process.js';
import { markdownTable } from './support/markdown-table.js';
import { ratiosOf } from './support/ratios.js';
import { replaceSection } from './support/replace-section.js';
import { temporaryFolder } from './support/temporary-folder.js';

const precisions = ['fp32', 'bf16'] as const;
type Precision = (typeof precisions)[number];
const ourPrecisions: Record<Precision, string> = { fp32: 'float32', bf16: 'bf16' };

interface Figures {
  readonly precision: Precision;
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
  const figures: Figures[] = [];
  for (const precision of settings.precisions) figures.push(await measure(folder, precision, settings));
  const result = { ...settings, before, after: loadavg()[0]!, figures };
  process.stdout.write(settings.json ? `${JSON.stringify(result, null, 2)}\n` : `${render(result)}\n`);
  if (!settings.write) return;
  const document = new URL('../../docs/performance.md', import.meta.url);
  await writeFile(document, replaceSection(await readFile(document, 'utf8'), 'training', render(result)));
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      official: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      precision: { type: 'string', multiple: true, default: [...precisions] },
      write: { type: 'boolean', default: false },
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
    write: values.write,
    precisions: precisions.filter((each) => values.precision.includes(each)),
    batchSize: Number(values['batch-size']),
    rounds: Number(values.rounds),
    threads: Number(values.threads),
  };
}

async function measure(
  data: string,
  precision: Precision,
  { checkout, python, batchSize, rounds, threads }: Arguments,
): Promise<Figures> {
  const sizes = ['--batch-size', `${batchSize}`, '--threads', `${threads}`];
  const flags = ['--official', checkout, ...sizes, '--precision', precision];
  const ourFlags = [
    ourScript,
    data,
    `${batchSize}`,
    `${threads}`,
    JSON.stringify({ precision: ourPrecisions[precision] }),
  ];
  await using ours = await startJsonProcess(process.execPath, ourFlags, asTrainDoes);
  await using official = await startJsonProcess(python, [officialScript, ...flags], await sameBlas());
  const onRound = (done: number, total: number) =>
    process.stderr.write(`${precision}: round ${done} of ${total}\n`);
  const [theirSteps, ourSteps] = await measureInRounds(
    [official, ours].map((side) => () => secondsOf(side)),
    { rounds, onRound },
  );
  const peak = { official: await peakOf(official), ours: await peakOf(ours) };
  const { seconds, waiting } = (await ours.ask({ epoch: watchedSteps })) as Record<string, number>;
  return {
    precision,
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

interface Result extends Arguments {
  readonly figures: readonly Figures[];
  /** The machine's load average. */
  readonly before: number;
  readonly after: number;
}

function render({ batchSize, threads, rounds, figures, before, after }: Result): string {
  const digits = ({ median, min, max }: Spread) =>
    `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
  const rows = figures.map(({ precision, official, ours, ratio, peak }) => [
    ...[precision, `${digits(official)} s`, `${digits(ours)} s`, digits(ratio)],
    ...[gigabytes(peak.official), gigabytes(peak.ours)],
  ]);
  const [theirs, our] = (figures[0]?.torch ?? []).map((version) => version.split('+')[0]);
  const head = [
    '',
    `official program (PyTorch ${theirs})`,
    `\`poster train\` (libtorch ${our})`,
    'times the official rate',
    'its peak memory',
    'ours',
  ];
  const waiting = Math.max(...figures.map(({ loader }) => loader));
  return [
    markdownTable(head, rows),
    '',
    `One SAM step, batch ${batchSize}, ${threads} threads, ${rounds} rounds in turn: medians (lowest to highest). Of a step at most ${(100 * waiting).toFixed(2)} % is spent waiting for images. ${cpus()[0]?.model.trim() ?? 'Unknown processor'}; load ${before.toFixed(2)} before, ${after.toFixed(2)} after.`,
  ].join('\n');
}

await main();
