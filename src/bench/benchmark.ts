/** How fast this machine recognises, and how near the network comes to what the machine can do at all. */
import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';
import { throwIfAborted } from '../errors.js';
import { describeNetwork } from '../inspect/describe-network.js';
import type { ComputePrecision } from '../model/load-model.js';
import { defaultModel } from '../model/shipped-names.js';
import { type NetworkConfig, type NetworkSize, valuesPerImage } from '../network/config.js';
import { posterV2 } from '../network/poster-v2.js';
import type { Session } from '../onnx/runtime.js';
import { requireFiniteLogits } from '../tensor/logits.js';
import { randomStream } from '../util/random.js';
import { version } from '../version.js';
import { type LoadNetworkOptions, type LoadTimes, loadNetwork } from './load-network.js';
import { openMatrixProduct, productMultiplyAdds } from './matrix-product.js';
import { type Measurement, measureInRounds, type RoundsOptions, secondsOf } from './rounds.js';
import { type Spread, spreadOf } from './statistics.js';

export interface BenchmarkOptions
  extends Partial<RoundsOptions>,
    Pick<LoadNetworkOptions, 'precision' | 'onNote' | 'onStep'> {
  /** A .pth, .pth.tar, .safetensors or .onnx file, or the name of a model that comes with this package: `small`, the default. */
  readonly checkpoint?: string | undefined;
  /** In place of a checkpoint: a network with initial weights. */
  readonly network?: NetworkSize | undefined;
  /** Threads that share one image's work. Default: the cores of this machine. */
  readonly threads?: number | undefined;
  /** Default 1, 8, 16 and 32. */
  readonly batchSizes?: readonly number[] | undefined;
  /** Decides the initial weights and the images. Default 1. */
  readonly seed?: number | undefined;
}

export interface BatchFigures {
  readonly batchSize: number;
  /** Wall time of one batch. */
  readonly milliseconds: Spread;
  readonly imagesPerSecond: Spread;
  /** Multiply-adds per second over those of the matrix product, each in its best round: disturbances only slow. */
  readonly shareOfMachine: number;
}

/** What a benchmark found; spreads are over its rounds. */
export interface BenchmarkResult {
  readonly version: string;
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly platform: string;
    readonly node: string;
    /** Processes that wanted to run in the minute before: above 0, others shared the machine. */
    readonly loadBefore: number;
  };
  /** Null where a network with initial weights was measured. */
  readonly checkpoint: string | null;
  /** The network with initial weights that was measured, if one was. */
  readonly network: NetworkSize | null;
  /** What it computed in. */
  readonly precision: ComputePrecision;
  readonly threads: number;
  readonly rounds: number;
  /** Seconds. */
  readonly load: LoadTimes;
  /** Height and width of the images in pixels. */
  readonly imageSize: number;
  /** Multiply-adds the network computes for one image. */
  readonly multiplyAddsPerImage: number;
  /** Multiply-adds per second of a product of two 2048 x 2048 matrices. */
  readonly matrixRate: Spread;
  readonly batches: readonly BatchFigures[];
  /** The largest memory this process had, in bytes. */
  readonly peakMemory: number;
}

/**
 * Measures recognition on this machine. Batch sizes and the matrix product take turns in every round.
 *
 * @throws PosterError as loading the checkpoint would; `engine.failed`; `aborted`.
 */
export async function benchmark(options: BenchmarkOptions = {}): Promise<BenchmarkResult> {
  const { checkpoint = defaultModel, network } = options;
  const { threads = availableParallelism(), batchSizes = [1, 8, 16, 32], rounds = 5, seed = 1 } = options;
  const loadBefore = loadavg()[0]!;
  const loaded = await loadNetwork({ ...options, checkpoint, threads, seed });
  const { config, precision, session, load } = loaded;
  try {
    throwIfAborted(options.signal);
    await using product = await openMatrixProduct(threads);
    const [productSeconds, ...batchSeconds] = await measureInRounds(
      [
        () => secondsOf(() => product.run(), productsPerTurn),
        ...batchMeasurements(session, config, batchSizes, seed),
      ],
      { ...options, rounds },
    );
    const matrixRate = spreadOf(productSeconds!.map((each) => productMultiplyAdds / each));
    const perImage = multiplyAddsPerImage(config);
    const machineSeconds = perImage / matrixRate.max;
    return {
      version,
      machine: { ...describeMachine(), loadBefore },
      checkpoint: network === undefined ? checkpoint : null,
      network: network ?? null,
      precision,
      threads,
      rounds,
      load,
      imageSize: config.imageSize,
      multiplyAddsPerImage: perImage,
      matrixRate,
      batches: batchSizes.map((size, i) => figures(size, batchSeconds[i]!, machineSeconds)),
      peakMemory: process.resourceUsage().maxRSS * 1024,
    };
  } finally {
    await session.release();
  }
}

/** About as long as a turn of the network. */
const productsPerTurn = 10;

/** Images per turn: small batches are run several times. */
const imagesPerTurn = 16;

/** Runs of each batch size on images of random values. */
function batchMeasurements(
  session: Session,
  network: NetworkConfig,
  batchSizes: readonly number[],
  seed: number,
): Measurement[] {
  const random = randomStream(seed, 'images');
  const each = valuesPerImage(network);
  const images = Float32Array.from({ length: Math.max(...batchSizes) * each }, () => 4 * random() - 2);
  return batchSizes.map((size) => {
    const batch = images.subarray(0, size * each);
    const run = async () => requireFiniteLogits((await session.run(batch, size)).logits);
    return () => secondsOf(run, Math.ceil(imagesPerTurn / size));
  });
}

/** @param machineSeconds what an image would take at the best rate of the matrix product. */
function figures(batchSize: number, seconds: readonly number[], machineSeconds: number): BatchFigures {
  const imagesPerSecond = spreadOf(seconds.map((each) => batchSize / each));
  return {
    batchSize,
    milliseconds: spreadOf(seconds.map((each) => each * 1000)),
    imagesPerSecond,
    shareOfMachine: imagesPerSecond.max * machineSeconds,
  };
}

function multiplyAddsPerImage(config: NetworkConfig): number {
  return describeNetwork(posterV2(config)).total.computed;
}

function describeMachine() {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    platform: `${platform()} ${arch()}`,
    node: process.version,
  };
}
