/**
 * From a file to a model: its size, its classes, its weights and its card.
 * Here: opens a model of any format for inference.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { throwIfAborted } from '../errors.js';
import type { Alignment } from '../image/alignment.js';
import type { Preprocessing } from '../image/preprocess.js';
import type { NetworkConfig } from '../network/config.js';
import { initialTensor } from '../network/initial-values.js';
import type { PosterV2 } from '../network/poster-v2.js';
import type { StateEntry } from '../network/state-dict.js';
import { buildGraph } from '../onnx/build-graph.js';
import { emitSplitModel, type SplitModel } from '../onnx/emit.js';
import { openSession, type Session, type SessionOptions } from '../onnx/runtime.js';
import { withTemperature } from '../onnx/session.js';
import { requireFiniteWeights } from '../tensor/finite.js';
import type { HostTensor } from '../tensor/host-tensor.js';
import { version } from '../version.js';
import { type ChosenLabels, chooseLabels, type LabelHints } from './choose-labels.js';
import { defaultAlignmentOf } from './known-alignment.js';
import { type ModelCard, preprocessingOf, requireImageSize } from './model-card.js';
import { openModelCheckpoint } from './open-model-checkpoint.js';
import { type CheckedNetwork, readNetwork } from './read-network.js';
import { readOnnxCard } from './read-onnx-card.js';
import { modelFile } from './shipped-models.js';
import { usedEntries } from './used-entries.js';

export interface LoadOptions extends SessionOptions, LabelHints {
  /** What logits are divided by, in place of what the file says. */
  readonly temperature?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A model ready for inference. */
export interface LoadedModel {
  /** As it was asked for: the name of a model that comes with this package, or a path. */
  readonly name: string;
  /** The file it was loaded from. */
  readonly path: string;
  readonly network: NetworkConfig;
  readonly labels: ChosenLabels;
  /** How the faces that it learned from were cut out; RAF-DB's alignment where that is not known. */
  readonly alignment: Alignment;
  /** What an image becomes for the network. */
  readonly preprocessing: Preprocessing;
  /** What its logits have been divided by, so that confidence matches accuracy; 1 where it was not calibrated. */
  readonly temperature: number;
  /** What of the file was passed over, and where its weights were found when that is unusual: sentences. */
  readonly notes: readonly string[];
  readonly session: Session;
}

/**
 * Loads a model that comes with this package, a PyTorch checkpoint, a safetensors file or an ONNX model written by
 * `poster export`.
 *
 * @param name of a model that comes with this package, or a path
 * @throws PosterError `file.missing`, `checkpoint.unreadable` or `checkpoint.mismatch`; `engine.unavailable` for a
 *   damaged file of this package.
 */
export async function loadModel(name: string, options: LoadOptions = {}): Promise<LoadedModel> {
  return { name, ...(await loadFile(await modelFile(name), options)) };
}

async function loadFile(path: string, options: LoadOptions): Promise<Omit<LoadedModel, 'name'>> {
  if (isOnnx(path)) return loadOnnx(path, options);
  const { network, card, notes, weights } = await readModel(path, options.signal);
  const labels = chooseLabels(path, network.config.classes, card, options);
  const session = await openSession(recordModel(network, weights), options);
  return {
    path,
    labels,
    ...factsOf(network.config, card, labels),
    notes,
    ...calibrated(session, card, options),
  };
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
): Promise<CheckedNetwork & { weights: LoadedWeights; notes: readonly string[] }> {
  const checkpoint = await openModelCheckpoint(path);
  try {
    const { network, card } = await readNetwork(checkpoint);
    const weights = await readWeights(checkpoint, usedEntries(network), signal);
    return { network, card, weights, notes: checkpoint.notes };
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

async function loadOnnx(path: string, options: LoadOptions): Promise<Omit<LoadedModel, 'name'>> {
  const card = await readOnnxCard(path);
  const labels = chooseLabels(path, card.labels.length, card, options);
  const session = await openSession(path, options);
  try {
    requireImageSize(card, session.imageSize, path);
  } catch (error) {
    await session.release();
    throw error;
  }
  return {
    path,
    labels,
    ...factsOf(card.network, card, labels),
    notes: [],
    ...calibrated(session, card, options),
  };
}

function calibrated(session: Session, card: ModelCard | undefined, options: LoadOptions) {
  const temperature = options.temperature ?? card?.temperature ?? 1;
  return { temperature, session: withTemperature(session, temperature) };
}

function factsOf(network: NetworkConfig, card: ModelCard | undefined, { dataset }: ChosenLabels) {
  const alignment = defaultAlignmentOf(network, card, dataset);
  return { network, alignment, preprocessing: preprocessingOf(network, card) };
}

/**
 * Reads the given entries of a checkpoint into memory.
 * @throws PosterError `checkpoint.unreadable` for one that holds NaN or infinity; `aborted`.
 */
export async function readWeights(
  checkpoint: Checkpoint,
  entries: Iterable<StateEntry>,
  signal?: AbortSignal,
): Promise<Map<string, HostTensor>> {
  const weights = new Map<string, HostTensor>();
  for (const entry of entries) {
    throwIfAborted(signal);
    const { name } = entry;
    // Of what was compared, counters of batches alone may be missing; inference makes nothing of them.
    const stored = checkpoint.tensors.has(name);
    const tensor = stored ? await checkpoint.read(name) : initialTensor(entry, () => 0);
    requireFiniteWeights(tensor, name, checkpoint.path);
    weights.set(name, tensor);
  }
  return weights;
}
