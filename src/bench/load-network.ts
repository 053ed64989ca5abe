/** Loads a network for measurement, timing each part. */
import { throwIfAborted } from '../errors.js';
import { isOnnx, type LoadedWeights, loadModel, readModel, recordModel } from '../model/load-model.js';
import { modelFile } from '../model/shipped-models.js';
import { usedEntries } from '../model/used-entries.js';
import { type NetworkConfig, type NetworkSize, networkSizes } from '../network/config.js';
import { initialTensor } from '../network/initial-values.js';
import { type PosterV2, posterV2 } from '../network/poster-v2.js';
import { openSession, type Session } from '../onnx/runtime.js';
import { randomStream } from '../util/random.js';

/** Seconds of each part of loading. */
export interface LoadTimes {
  /** Reading and checking the weights; of a network without a checkpoint, drawing them. Null where the session does it. */
  readonly read: number | null;
  /** From the weights to an ONNX model in memory. Null where the file is one. */
  readonly record: number | null;
  /** ONNX Runtime opening the model: it optimises the graph and lays out the weights. */
  readonly session: number;
}

export interface MeasuredNetwork {
  readonly config: NetworkConfig;
  readonly session: Session;
  readonly load: LoadTimes;
}

export interface LoadNetworkOptions {
  /** A .pth, .pth.tar, .safetensors or .onnx file, or the name of a model that comes with this package. */
  readonly checkpoint: string;
  /** In place of a checkpoint: a network with initial weights. */
  readonly network?: NetworkSize | undefined;
  /** Decides the initial weights. */
  readonly seed: number;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

/** @throws PosterError as loading the checkpoint would; `aborted`. */
export async function loadNetwork(options: LoadNetworkOptions): Promise<MeasuredNetwork> {
  const { network: size, seed, threads, signal } = options;
  const checkpoint = await modelFile(options.checkpoint);
  if (size === undefined && isOnnx(checkpoint)) return loadOnnx(checkpoint, options);
  const [read, { network, weights }] = await timed(() =>
    size === undefined ? readModel(checkpoint, signal) : initialModel(size, seed),
  );
  throwIfAborted(signal);
  const [record, model] = await timed(() => recordModel(network, weights));
  const [opening, session] = await timed(() => openSession(model, { threads }));
  return { config: network.config, session, load: { read, record, session: opening } };
}

async function loadOnnx(path: string, { threads, signal }: LoadNetworkOptions): Promise<MeasuredNetwork> {
  const [seconds, { network, session }] = await timed(() => loadModel(path, { threads, signal }));
  return { config: network, session, load: { read: null, record: null, session: seconds } };
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
