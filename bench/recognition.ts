/**
 * Recognition against the official PyTorch program: the same weights, images of the same size, as many threads,
 * in one run, round by round in turn.
 *
 *   node build/bench/recognition.js --official DIR [--python python3] [--rounds 7] [--threads 2] [--json]
 *
 * DIR is a checkout of https://github.com/Talented-Q/POSTER_V2; the Python needs PyTorch (Debian: python3-torch).
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureInRounds, secondsOf } from '../src/bench/rounds.js';
import { type Spread, spreadOf } from '../src/bench/statistics.js';
import { writePth } from '../src/checkpoint/pth/write.js';
import { table } from '../src/cli/render/table.js';
import { loadModel } from '../src/model/load-model.js';
import { publishedConfig } from '../src/network/config.js';
import { posterV2 } from '../src/network/poster-v2.js';
import type { Session } from '../src/onnx/runtime.js';
import { regeneratedImages, regeneratedStateDict } from '../test/support/regenerated.js';
import { type OfficialProgram, startOfficial } from './support/official-program.js';
import { ratiosOf } from './support/ratios.js';
import { temporaryFolder } from './support/temporary-folder.js';

/** Forward passes in a turn, by batch size. */
const repeats = new Map([
  [1, 5],
  [16, 1],
]);

const tolerance = 1e-4;

interface Comparison {
  readonly batchSize: number;
  /** Images per second. */
  readonly official: Spread;
  readonly ours: Spread;
  /** How many times the official rate, of each round. */
  readonly ratio: Spread;
}

async function main(): Promise<void> {
  const { official: checkout, python, rounds, threads, json } = readArguments();
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  const weights = join(folder, 'weights.pth');
  await writePth(weights, regeneratedStateDict(posterV2(publishedConfig)));
  const { session } = await loadModel(weights, { threads });
  await using official = await startOfficial({ python, checkout, weights, threads });
  const difference = await compareLogits(official, session, folder);
  const before = loadavg()[0]!;
  const comparisons = await compareRates(official, session, rounds);
  const facts = { torch: official.torch, threads, rounds, difference, before, after: loadavg()[0]! };
  process.stdout.write(
    json ? `${JSON.stringify({ ...facts, comparisons }, null, 2)}\n` : render(facts, comparisons),
  );
  await session.release();
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      official: { type: 'string' },
      python: { type: 'string', default: 'python3' },
      rounds: { type: 'string', default: '7' },
      threads: { type: 'string', default: `${availableParallelism()}` },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.official === undefined) throw new Error('Expected --official with the folder of its checkout.');
  return {
    ...values,
    official: values.official,
    rounds: Number(values.rounds),
    threads: Number(values.threads),
  };
}

/** The largest difference of any logit. A yardstick that computes something else measures nothing. */
async function compareLogits(official: OfficialProgram, session: Session, folder: string): Promise<number> {
  const count = 2;
  const images = regeneratedImages(count);
  const file = join(folder, 'images.f32');
  await writeFile(file, new Uint8Array(images.buffer));
  const expected = (await official.logits(file, count)).flat();
  const { logits } = await session.run(images, count);
  const difference = Math.max(...expected.map((value, i) => Math.abs(value - logits[i]!)));
  if (difference < tolerance) return difference;
  throw new Error(`The logits differ by ${difference}; expected less than ${tolerance}.`);
}

async function compareRates(
  official: OfficialProgram,
  session: Session,
  rounds: number,
): Promise<Comparison[]> {
  const images = regeneratedImages(Math.max(...repeats.keys()));
  const measurements = [...repeats].flatMap(([size, times]) => {
    const batch = images.subarray(0, (images.length / 16) * size);
    return [() => official.seconds(size, times), () => secondsOf(() => session.run(batch, size), times)];
  });
  const seconds = await measureInRounds(measurements, {
    rounds,
    onRound: (done, total) => process.stderr.write(`round ${done} of ${total}\n`),
  });
  return [...repeats.keys()].map((batchSize, i) => {
    const [official, ours] = [seconds[2 * i]!, seconds[2 * i + 1]!];
    const rate = (times: number[]) => spreadOf(times.map((each) => batchSize / each));
    return {
      batchSize,
      official: rate(official),
      ours: rate(ours),
      ratio: spreadOf(ratiosOf(official, ours)),
    };
  });
}

interface Facts {
  readonly torch: string;
  readonly threads: number;
  readonly rounds: number;
  readonly difference: number;
  /** The machine's load average before and after; our own turns are in the latter. */
  readonly before: number;
  readonly after: number;
}

function render(facts: Facts, comparisons: readonly Comparison[]): string {
  const digits = ({ median, min, max }: Spread, places: number) =>
    `${median.toFixed(places)} (${min.toFixed(places)} to ${max.toFixed(places)})`;
  const rows = comparisons.map(({ batchSize, official, ours, ratio }) => [
    `${batchSize}`,
    digits(official, 1),
    digits(ours, 1),
    digits(ratio, 2),
  ]);
  return [
    `PyTorch ${facts.torch}, ${facts.threads} threads each, ${facts.rounds} rounds: median (lowest to highest)`,
    table(['batch', 'official images/s', 'ours images/s', 'ratio by round'], rows),
    `Largest difference of logits ${facts.difference.toExponential(1)}; load ${facts.before.toFixed(2)} before, ${facts.after.toFixed(2)} after.`,
    '',
  ].join('\n');
}

await main();
