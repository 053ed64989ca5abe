/** A trained model that a training starts from, in place of random weights. */

import { PosterError } from '../../errors.js';
import { chooseLabels } from '../../model/choose-labels.js';
import { type LoadedWeights, readModel } from '../../model/read-model.js';
import { checkpointFile } from '../../model/shipped-models.js';
import {
  findNamedSize,
  type NetworkConfig,
  type NetworkSize,
  networkSizeNames,
  networkSizes,
} from '../../network/config.js';
import type { PosterV2 } from '../../network/poster-v2.js';
import { type HostTensor, inType } from '../../tensor/host-tensor.js';
import type { TrainingOverrides } from '../config/training-options.js';

export interface InitialModel {
  /** As it was given: a path, or the name of a model of this package. */
  readonly source: string;
  readonly config: NetworkConfig;
  /** Class names in the order of its head. */
  readonly labels: readonly string[];
  readonly grey: boolean;
  readonly weights: LoadedWeights;
}

/**
 * Reads a model to start from: a checkpoint of a network of a named size.
 * @param source its path, or the name of a model of this package.
 * @throws PosterError `file.missing`, `checkpoint.unreadable`, or `checkpoint.mismatch` when it is of no named size.
 */
export async function readInitialModel(source: string): Promise<InitialModel> {
  const path = checkpointFile(source);
  const { network, card, weights } = await readModel(path);
  const { labels } = chooseLabels(path, network.config.classes, card, {});
  return { source, config: network.config, labels, grey: card?.preprocessing.color === 'grey', weights };
}

/** What a training takes over from the model unless told otherwise: its size and its input. */
export function optionsOf({ source, config, grey }: InitialModel): TrainingOverrides {
  const network = namedSizeOf(config, source);
  const { imageSize } = config;
  return { network, grey, ...(imageSize !== networkSizes[network].imageSize && { imageSize }) };
}

/** What the weights' shapes depend on. */
const shapeFields = [
  ...['widths', 'imageWidths', 'imageDepths', 'landmarkDepths', 'landmarkBranch'],
  ...['headSize', 'embedding', 'transformerDepth', 'transformerHeads', 'inputStride'],
] as readonly (keyof NetworkConfig)[];

function namedSizeOf(config: NetworkConfig, source: string): NetworkSize {
  const found = findNamedSize(Object.fromEntries(shapeFields.map((field) => [field, config[field]])));
  if (found) return found;
  throw new PosterError(
    'checkpoint.mismatch',
    `Expected ${source} (--init) to hold a network of a named size (${networkSizeNames.join(', ')}), but its widths are ` +
      `${config.widths.join(', ')} with ${config.imageWidths.join(', ')} in the image branch; pass one that is.`,
  );
}

/** The head alone depends on the classes. */
const isHead = (name: string) => name.startsWith('VIT.head.linear.');

/**
 * The model's values for a network that is to be trained. Where its classes are others, the head is left out, and so
 * begins at random.
 * @throws PosterError `checkpoint.mismatch` when the network is of another size.
 */
export function valuesFor(
  { source, labels, weights }: InitialModel,
  network: PosterV2,
  classes: readonly string[],
): { readonly values: Map<string, HostTensor>; readonly report: string } {
  const keepsHead = labels.join('\n') === classes.join('\n');
  const values = new Map<string, HostTensor>();
  for (const [name, stored] of weights) {
    const entry = network.entries.get(name);
    if (isHead(name) && !keepsHead) continue;
    if (!entry || `${entry.shape}` !== `${stored.shape}`) throw otherSize(source, name);
    values.set(name, inType(stored, entry.dtype));
  }
  const head = keepsHead ? '' : '; the head is new, for its classes are others';
  return { values, report: `Starts from ${source}: ${values.size} tensors loaded${head}.` };
}

function otherSize(source: string, name: string): PosterError {
  return new PosterError(
    'checkpoint.mismatch',
    `Expected ${source} (--init) to be of the size of the network to train, but ${name} is not; ` +
      'leave --network and --image-size out, and they follow it.',
  );
}
