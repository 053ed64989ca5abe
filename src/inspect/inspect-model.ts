/**
 * Models looked at without being run: their files, parameters and multiply-adds.
 * Here: what a model file holds, without running it.
 */
import type { Alignment } from '../image/alignment.js';
import type { Preprocessing } from '../image/preprocess.js';
import { type ChosenLabels, chooseLabels, type LabelHints } from '../model/choose-labels.js';
import { knownAlignment } from '../model/known-alignment.js';
import { isOnnx } from '../model/load-model.js';
import { preprocessingOf } from '../model/model-card.js';
import { openModelCheckpoint, readNetwork } from '../model/open-model-checkpoint.js';
import { readOnnxCard } from '../model/read-onnx-card.js';
import { checkpointFile } from '../model/shipped-models.js';
import { defaultModel } from '../model/shipped-names.js';
import { usedEntries } from '../model/used-entries.js';
import type { NetworkConfig } from '../network/config.js';
import { posterV2 } from '../network/poster-v2.js';
import { requireFiniteWeights } from '../tensor/finite.js';
import { requireGiven, requireOptions } from '../util/given.js';
import { describeNetwork, type NetworkDescription } from './describe-network.js';

/** What a checkpoint holds: its classes, preprocessing, parameters and multiply-adds by stage. */
export interface ModelInspection {
  readonly path: string;
  readonly format: string;
  readonly network: NetworkConfig;
  /** What an image becomes for the network. */
  readonly preprocessing: Preprocessing;
  readonly labels: ChosenLabels;
  /** How the faces that it learned from were cut out; absent where that is not known. */
  readonly alignment?: Alignment | undefined;
  /** What its logits are divided by; 1 where it was not calibrated. */
  readonly temperature: number;
  /** What of the file was passed over, and where its weights were found when that is unusual: sentences. */
  readonly notes: readonly string[];
  readonly description: NetworkDescription;
  /** Plain values beside the weights, such as epoch and best accuracy. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Reads a checkpoint, or the one of a model that comes with this package, compares its index with the network strictly, proves its weights to be numbers and describes it.
 * @throws PosterError as loading it would.
 */
export async function inspectModel(
  model: string = defaultModel,
  hints: LabelHints = {},
): Promise<ModelInspection> {
  requireGiven(model, 'the model', 'a string');
  requireOptions(hints, 'inspectModel');
  const path = checkpointFile(model);
  if (isOnnx(path)) {
    const card = await readOnnxCard(path);
    const labels = chooseLabels(path, card.labels.length, card, hints);
    const description = describeNetwork(posterV2(card.network));
    return {
      path,
      format: 'onnx',
      network: card.network,
      preprocessing: preprocessingOf(card.network, card),
      labels,
      alignment: knownAlignment(card, labels.dataset),
      temperature: card.temperature ?? 1,
      notes: [],
      description,
      metadata: { version: card.version },
    };
  }
  const checkpoint = await openModelCheckpoint(path);
  try {
    const { network, card } = await readNetwork(checkpoint);
    for (const { name } of usedEntries(network))
      requireFiniteWeights(await checkpoint.read(name), name, path);
    const labels = chooseLabels(path, network.config.classes, card, hints);
    const { format, metadata, notes } = checkpoint;
    const alignment = knownAlignment(card, labels.dataset);
    const description = describeNetwork(network);
    return {
      path,
      format,
      network: network.config,
      preprocessing: preprocessingOf(network.config, card),
      labels,
      alignment,
      temperature: card?.temperature ?? 1,
      notes,
      description,
      metadata,
    };
  } finally {
    await checkpoint.close();
  }
}
