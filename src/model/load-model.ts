/**
 * From a file to a model: its size, its classes, its weights and its card.
 * Here: opens a model of any format for inference.
 */
import { PosterError } from '../errors.js';
import type { Alignment } from '../image/alignment.js';
import type { Preprocessing } from '../image/preprocess.js';
import type { NetworkConfig } from '../network/config.js';
import type { PosterV2 } from '../network/poster-v2.js';
import { buildGraph } from '../onnx/build-graph.js';
import { computesInInt8 } from '../onnx/computes-in-int8.js';
import { emitSplitModel } from '../onnx/emit.js';
import { withFileSource } from '../onnx/file-source.js';
import { openSession, type Session, type SessionOptions } from '../onnx/runtime.js';
import { type SplitModel, withTemperature } from '../onnx/session.js';
import { hasVnni, unsureWithoutVnni } from '../quantize/processor.js';
import { version } from '../version.js';
import { type ChosenLabels, chooseLabels, type LabelHints } from './choose-labels.js';
import { type Int8Options, int8Model } from './int8-model.js';
import { defaultAlignmentOf } from './known-alignment.js';
import { type ModelCard, preprocessingOf, requireImageSize } from './model-card.js';
import { type LoadedWeights, readModel } from './read-model.js';
import { readOnnxCard } from './read-onnx-card.js';
import { checkpointFile, modelFile } from './shipped-models.js';

/** What a network computes in. */
export const computePrecisions = ['fp32', 'int8'] as const;
export type ComputePrecision = (typeof computePrecisions)[number];

export interface LoadOptions extends SessionOptions, LabelHints {
  /**
   * `int8` computes in 8 bits, two to three times as fast on processors with VNNI: the graph of a checkpoint is made once,
   * which takes a while, and kept in the cache (docs/privacy.md says where). Default: as the file says, fp32 for
   * checkpoints.
   */
  readonly precision?: ComputePrecision | undefined;
  /** Told at once, in sentences, what takes long; else `notes` has it. Not with `worker`. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Called as the graph of a checkpoint in 8 bits is made. Not with `worker`. */
  readonly onStep?: Int8Options['onStep'] | undefined;
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
  /** What it computes in. */
  readonly precision: ComputePrecision;
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
  const { precision } = options;
  if (precision !== undefined && !computePrecisions.includes(precision))
    throw new PosterError(
      'option.invalid',
      `Expected a precision of ${computePrecisions.join(' or ')}, got ${precision}.`,
    );
  const path = precision === 'int8' ? checkpointFile(name) : await modelFile(name);
  const load = isOnnx(path) ? loadOnnx : precision === 'int8' ? loadInt8 : loadCheckpoint;
  return { name, ...(await load(path, options)) };
}

type LoadedFile = Omit<LoadedModel, 'name'>;

async function loadCheckpoint(path: string, options: LoadOptions): Promise<LoadedFile> {
  const { network, card, notes, weights } = await readModel(path, options.signal);
  const labels = chooseLabels(path, network.config.classes, card, options);
  const session = await openSession(recordModel(network, weights), options);
  return {
    path,
    labels,
    ...factsOf(network.config, card, labels),
    notes,
    precision: 'fp32',
    ...calibrated(session, card, options),
  };
}

async function loadInt8(path: string, options: LoadOptions): Promise<LoadedFile> {
  const said: string[] = [];
  const { onNote = (note: string) => void said.push(note) } = options;
  const { network, card, notes, graph } = await int8Model(path, { ...options, onNote });
  const labels = chooseLabels(path, network.config.classes, card, options);
  const session = await openSession(graph, options);
  return {
    path,
    labels,
    ...factsOf(network.config, card, labels),
    notes: [...notes, ...said],
    precision: 'int8',
    ...calibrated(session, card, options),
  };
}

/** Makes the graph in 8 bits unless it is kept already: before a worker loads it, or before loading is measured. */
export async function prepareInt8(
  name: string,
  options: Omit<Int8Options, 'onNote'> & Pick<LoadOptions, 'onNote'>,
): Promise<void> {
  const path = checkpointFile(name);
  if (!isOnnx(path)) await int8Model(path, { ...options, onNote: options.onNote ?? (() => {}) });
}

/** The model of a network and its weights, for ONNX Runtime on the CPU. */
export function recordModel(network: PosterV2, weights: LoadedWeights): SplitModel {
  const graph = buildGraph(network, (entry) => weights.get(entry.name)!, 'cpu');
  return emitSplitModel(graph, { producerVersion: version, metadata: {} });
}

export function isOnnx(path: string): boolean {
  return path.toLowerCase().endsWith('.onnx');
}

async function loadOnnx(path: string, options: LoadOptions): Promise<LoadedFile> {
  const card = await readOnnxCard(path);
  const precision = await onnxPrecision(path, options.precision);
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
    notes: precision === 'int8' && !(await hasVnni()) ? [unsureWithoutVnni(path)] : [],
    precision,
    ...calibrated(session, card, options),
  };
}

/** @throws PosterError `option.invalid` where the file has another than the one asked for */
async function onnxPrecision(path: string, asked: ComputePrecision | undefined): Promise<ComputePrecision> {
  const precision = (await withFileSource(path, (source) => computesInInt8(source, path))) ? 'int8' : 'fp32';
  if (asked === undefined || asked === precision) return precision;
  throw new PosterError(
    'option.invalid',
    precision === 'int8'
      ? `Expected a model that computes in fp32, got ${path}, which was exported to compute in 8 bits; leave the precision out, or name the checkpoint it was made from.`
      : `Expected a checkpoint to compute in 8 bits, or a model exported with --precision int8, got ${path}, an ONNX model in fp32; name the checkpoint it was made from.`,
  );
}

function calibrated(session: Session, card: ModelCard | undefined, options: LoadOptions) {
  const temperature = options.temperature ?? card?.temperature ?? 1;
  return { temperature, session: withTemperature(session, temperature) };
}

function factsOf(network: NetworkConfig, card: ModelCard | undefined, { dataset }: ChosenLabels) {
  const alignment = defaultAlignmentOf(network, card, dataset);
  return { network, alignment, preprocessing: preprocessingOf(network, card) };
}
