import { type Command, Option } from 'commander';
import { type BenchmarkResult, benchmark } from '../../bench/benchmark.js';
import type { Spread } from '../../bench/statistics.js';
import { PosterError } from '../../errors.js';
import type { ComputePrecision } from '../../model/load-model.js';
import { defaultModel } from '../../model/shipped-names.js';
import { type NetworkSize, networkSizeNames } from '../../network/config.js';
import { checkpointOption, precisionOption, wholeNumber } from '../options.js';
import { noteModel, showLoading } from '../render/notes.js';
import { withProgress } from '../render/progress.js';
import { table } from '../render/table.js';
import { runVerb } from '../run-verb.js';

interface BenchFlags {
  readonly checkpoint?: string;
  readonly network?: NetworkSize;
  readonly precision?: ComputePrecision;
  readonly threads?: number;
  readonly batchSizes?: number[];
  readonly rounds?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

export function registerBench(program: Command): void {
  program
    .command('bench')
    .summary('measure how fast this machine recognises')
    .description(
      "Images per second by batch size, load time by part, peak memory, and the share of the machine's own matrix rate.",
    )
    .addOption(checkpointOption())
    .addOption(precisionOption())
    .addOption(
      new Option('--network <size>', 'in place of a checkpoint: a network with initial weights').choices(
        networkSizeNames,
      ),
    )
    .option('--threads <n>', 'threads of the network (default: all cores)', wholeNumber('--threads', 1))
    .option('--batch-sizes <list>', 'images in a batch (default: 1,8,16,32)', parseBatchSizes)
    .option('--rounds <n>', 'how often each is measured (default: 5)', wholeNumber('--rounds', 1))
    .option('--seed <n>', 'decides the initial weights and the images (default: 1)', wholeNumber('--seed', 0))
    .option('--json', 'print one JSON document')
    .action(runVerb(bench));
}

/** "1,8" -> [1, 8]. */
export function parseBatchSizes(text: string): number[] {
  return [...new Set(text.split(',').map(wholeNumber('--batch-sizes', 1)))];
}

async function bench(signal: AbortSignal, { json, ...options }: BenchFlags): Promise<void> {
  const { checkpoint, network } = options;
  if (checkpoint !== undefined && network !== undefined)
    throw new PosterError(
      'option.invalid',
      `Expected either --checkpoint or --network, got ${checkpoint} and ${network}; leave one out.`,
    );
  if (network === undefined) await noteModel(checkpoint ?? defaultModel);
  const result = await withProgress('Measuring', 'rounds', (onRound) =>
    benchmark({ ...options, ...showLoading(), signal, onRound }),
  );
  process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : render(result));
}

function render({
  machine,
  checkpoint,
  network,
  precision,
  threads,
  rounds,
  load,
  peakMemory,
  ...figures
}: BenchmarkResult): string {
  const giga = (spread: Spread) => describe(spread, (rate) => (rate / 1e9).toFixed(0));
  const parts = Object.entries(load).filter(([, seconds]) => seconds !== null);
  const rows = figures.batches.map(({ batchSize, imagesPerSecond, milliseconds, shareOfMachine }) => [
    String(batchSize),
    describe(imagesPerSecond, (rate) => rate.toFixed(1)),
    describe(milliseconds, (time) => time.toFixed(time < 100 ? 1 : 0)),
    `${(100 * shareOfMachine).toFixed(0)} %`,
  ]);
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}; load ${machine.loadBefore.toFixed(2)} before`,
    `${checkpoint ?? `the ${network} network with initial weights`}, ${precision}, ${threads} threads, ${rounds} rounds: median (lowest to highest)`,
    table(['batch', 'images/s', 'ms a batch', 'of matrix rate'], rows),
    `Matrix rate: ${giga(figures.matrixRate)} G multiply-adds/s; an image of ${figures.imageSize} x ${figures.imageSize} pixels takes ${(figures.multiplyAddsPerImage / 1e9).toFixed(2)} G.`,
    `Loading: ${parts.map(([part, seconds]) => `${part} ${seconds.toFixed(2)} s`).join(', ')}.`,
    `Peak memory: ${(peakMemory / 2 ** 20).toFixed(0)} MB.`,
    '',
  ].join('\n');
}

function describe({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(min)} to ${format(max)})`;
}
