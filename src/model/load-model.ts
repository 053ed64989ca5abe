/** Opens a model of any format for inference. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { matchStateDict } from '../checkpoint/match-state-dict.js';
import { openCheckpoint } from '../checkpoint/open-checkpoint.js';
import type { Alignment } from '../data/alignment.js';
import { throwIfAborted } from '../errors.js';
import type { Preprocessing } from '../image/preprocess.js';
import type { NetworkConfig } from '../network/config.js';
import { type PosterV2, posterV2 } from '../network/poster-v2.js';
import type { StateEntry } from '../network/state-dict.js';
import { buildGraph } from '../onnx/build-graph.js';
import { emitSplitModel, type SplitModel } from '../onnx/emit.js';
import { openSession, type Session, type SessionOptions } from '../onnx/runtime.js';
import type { HostTensor } from '../tensor/host-tensor.js';
import { version } from '../version.js';
import { type ChosenLabels, chooseLabels, type LabelHints } from './choose-labels.js';
import { inferConfig } from './infer-config.js';
import { usualAlignment } from './known-alignment.js';
import { cardKey, type ModelCard, preprocessingOf, readModelCard, requireImageSize } from './model-card.js';
import { readOnnxCard } from './read-onnx-card.js';
import { usedEntries } from './used-entries.js';

export interface LoadOptions extends SessionOptions, LabelHints {
  readonly signal?: AbortSignal | undefined;
}

/** A model ready for inference. */
export interface LoadedModel {
  readonly path: string;
  readonly network: NetworkConfig;
  readonly labels: ChosenLabels;
  /** How the faces that it learned from were cut out; RAF-DB's alignment where that is not known. */
  readonly alignment: Alignment;
  /** What an image becomes for the network. */
  readonly preprocessing: Preprocessing;
  readonly session: Session;
}

/**
 * Loads a PyTorch checkpoint, a safetensors file or an ONNX model written by `poster export`.
 *
 * @throws PosterError `file.missing`, `checkpoint.unreadable` or `checkpoint.mismatch`.
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<LoadedModel> {
  if (isOnnx(path)) return loadOnnx(path, options);
  const { network, card, weights } = await readModel(path, options.signal);
  const labels = chooseLabels(path, network.config.classes, card, options);
  const session = await openSession(recordModel(network, weights), options);
  return { path, labels, ...factsOf(network.config, card, labels), session };
}

/** A network, and what a file says about it. */
export interface CheckedNetwork {
  readonly network: PosterV2;
  readonly card: ModelCard | undefined;
}

/** Values by state-dict name. */
export type LoadedWeights = ReadonlyMap<string, HostTensor>;

/**
 * Reads of a checkpoint what inference needs, every entry compared.
 * @throws PosterError `file.missing`, `checkpoint.unreadable`, `checkpoint.mismatch` or `aborted`.
 */
export async function readModel(
  path: string,
  signal?: AbortSignal,
): Promise<CheckedNetwork & { weights: LoadedWeights }> {
  const checkpoint = await openCheckpoint(path);
  try {
    const { network, card } = await readNetwork(checkpoint);
    return { network, card, weights: await readWeights(checkpoint, usedEntries(network), signal) };
  } finally {
    await checkpoint.close();
  }
}

/** The model of a network and its weights, for ONNX Runtime on the CPU. */
export function recordModel(network: PosterV2, weights: LoadedWeights): SplitModel {
  const graph = buildGraph(network, (entry) => weights.get(entry.name)!, 'cpu');
  return emitSplitModel(graph, { producerVersion: version, metadata: {} });
}

export function isOnnx(path: string): boolean {
  return path.toLowerCase().endsWith('.onnx');
}

async function loadOnnx(path: string, options: LoadOptions): Promise<LoadedModel> {
  const card = await readOnnxCard(path);
  const labels = chooseLabels(path, card.labels.length, card, options);
  const session = await openSession(path, options);
  try {
    requireImageSize(card, session.imageSize, path);
  } catch (error) {
    await session.release();
    throw error;
  }
  return { path, labels, ...factsOf(card.network, card, labels), session };
}

function factsOf(network: NetworkConfig, card: ModelCard | undefined, { dataset }: ChosenLabels) {
  const alignment = usualAlignment(network, card, dataset);
  return { network, alignment, preprocessing: preprocessingOf(network, card) };
}

/**
 * The network a checkpoint belongs to, every entry compared.
 * @throws PosterError `checkpoint.mismatch` with all that is missing, unexpected or of another shape.
 */
export async function readNetwork(checkpoint: Checkpoint): Promise<CheckedNetwork> {
  const card = readModelCard(checkpoint.metadata[cardKey], checkpoint.path);
  const network = posterV2(inferConfig(checkpoint.tensors, card?.network));
  matchStateDict(checkpoint, network.entries);
  return { network, card };
}

/** Reads the given entries of a checkpoint into memory. */
export async function readWeights(
  checkpoint: Checkpoint,
  entries: Iterable<StateEntry>,
  signal?: AbortSignal,
): Promise<Map<string, HostTensor>> {
  const weights = new Map<string, HostTensor>();
  for (const { name } of entries) {
    throwIfAborted(signal);
    weights.set(name, await checkpoint.read(name));
  }
  return weights;
}
