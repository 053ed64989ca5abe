/** Loads a network for measurement, timing each part. */
import { throwIfAborted } from '../errors.js';
import {
  type ComputePrecision,
  isOnnx,
  type LoadOptions,
  loadModel,
  prepareInt8,
  recordModel,
} from '../model/load-model.js';
import { preprocessingOf } from '../model/model-card.js';
import { type LoadedWeights, readModel } from '../model/read-model.js';
import { modelFile } from '../model/shipped-models.js';
import { usedEntries } from '../model/used-entries.js';
import { type NetworkConfig, type NetworkSize, networkSizes } from '../network/config.js';
import { initialTensor } from '../network/initial-values.js';
import { type PosterV2, posterV2 } from '../network/poster-v2.js';
import { buildGraph } from '../onnx/build-graph.js';
import { emitModel } from '../onnx/emit.js';
import { type ModelSource, openSession, type Session } from '../onnx/runtime.js';
import { quantizeFor } from '../quantize/quantize-for.js';
import { randomStream } from '../util/random.js';
import { version } from '../version.js';

/** Seconds of each part of loading. */
export interface LoadTimes {
  /** Reading and checking the weights; of a network without a checkpoint, drawing them. Null where the session does it. */
  readonly read: number | null;
  /** From the weights to an ONNX model in memory, in 8 bits where asked. Null where the file is one. */
  readonly record: number | null;
  /** ONNX Runtime opening the model: it optimises the graph and lays out the weights. */
  readonly session: number;
}

export interface MeasuredNetwork {
  readonly config: NetworkConfig;
  readonly precision: ComputePrecision;
  readonly session: Session;
  readonly load: LoadTimes;
}

export interface LoadNetworkOptions {
  /** A .pth, .pth.tar, .safetensors or .onnx file, or the name of a model that comes with this package. */
  readonly checkpoint: string;
  /** In place of a checkpoint: a network with initial weights. */
  readonly network?: NetworkSize | undefined;
  /** What it computes in. Default: as the file says. */
  readonly precision?: ComputePrecision | undefined;
  /** Decides the initial weights. */
  readonly seed: number;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  readonly onNote?: LoadOptions['onNote'];
  readonly onStep?: LoadOptions['onStep'];
}

/** @throws PosterError as loading the checkpoint would; `aborted`. */
export async function loadNetwork(options: LoadNetworkOptions): Promise<MeasuredNetwork> {
  const { network: size, precision, seed, threads, signal } = options;
  const checkpoint = await modelFile(options.checkpoint);
  if (size === undefined && (precision === 'int8' || isOnnx(checkpoint))) return loadWhole(options);
  const [read, { network, weights }] = await timed(() =>
    size === undefined ? readModel(checkpoint, signal) : initialModel(size, seed),
  );
  throwIfAborted(signal);
  const [record, model] = await timed<ModelSource>(() =>
    precision === 'int8' ? quantized(network, weights, options) : recordModel(network, weights),
  );
  const [opening, session] = await timed(() => openSession(model, { threads }));
  const load = { read, record, session: opening };
  return { config: network.config, precision: precision ?? 'fp32', session, load };
}

/** What is one file already, or will be: a graph in 8 bits is made before its loading is measured. */
async function loadWhole(options: LoadNetworkOptions): Promise<MeasuredNetwork> {
  const { checkpoint, precision: asked, threads, signal } = options;
  if (asked === 'int8') await prepareInt8(checkpoint, options);
  const [seconds, { network, precision, session }] = await timed(() =>
    loadModel(checkpoint, { precision: asked, threads, signal }),
  );
  return { config: network, precision, session, load: { read: null, record: null, session: seconds } };
}

/** What initial weights say is no class to keep: everything runs in 8 bits. */
const anyDifference = { sameClass: 0, totalVariation: 1 };

async function quantized(
  network: PosterV2,
  weights: LoadedWeights,
  { threads, signal, onStep }: LoadNetworkOptions,
): Promise<Uint8Array> {
  const graph = buildGraph(network, (entry) => weights.get(entry.name)!, 'cpu');
  const options = { threads, signal, onStep, bound: anyDifference };
  const { graph: result } = await quantizeFor(graph, preprocessingOf(network.config, undefined), options);
  return emitModel(result, { producerVersion: version, metadata: {} });
}

/** A network with its initial values; the same seed gives the same. */
function initialModel(size: NetworkSize, seed: number): { network: PosterV2; weights: LoadedWeights } {
  const network = posterV2(networkSizes[size]);
  const random = randomStream(seed, 'initial weights');
  const weights = new Map(
    [...usedEntries(network)].map((entry) => [entry.name, initialTensor(entry, random)]),
  );
  return { network, weights };
}

async function timed<T>(work: () => T | Promise<T>): Promise<[seconds: number, result: T]> {
  const started = performance.now();
  const result = await work();
  return [(performance.now() - started) / 1000, result];
}
