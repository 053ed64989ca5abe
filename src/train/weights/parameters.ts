/** The tensors that are trained: made from initial values, pretrained files or a checkpoint. */

import { PosterError } from '../../errors.js';
import { mapSizes, type NetworkConfig, networkSizes } from '../../network/config.js';
import { initialTensor } from '../../network/initial-values.js';
import type { PosterV2 } from '../../network/poster-v2.js';
import type { StateEntry } from '../../network/state-dict.js';
import type { HostTensor } from '../../tensor/host-tensor.js';
import type { Device } from '../../torch/addon.js';
import { noGrad } from '../../torch/autograd.js';
import { callTensor } from '../../torch/call.js';
import { loadParameters } from '../../torch/parameters.js';
import { keep } from '../../torch/scope.js';
import type { Tensor } from '../../torch/tensor.js';
import { randomStream } from '../../util/random.js';
import type { TrainingConfig } from '../config/training-options.js';

export type Parameters = ReadonlyMap<string, Tensor>;

/**
 * The network a configuration describes.
 * @throws PosterError `option.invalid` when the image size does not divide.
 */
export function networkConfigOf(config: TrainingConfig, classes: number): NetworkConfig {
  const size: NetworkConfig = networkSizes[config.network];
  const { imageSize, layerScale, dropPath, dropout } = config;
  const network: NetworkConfig = {
    ...size,
    classes,
    ...(imageSize !== null && { imageSize }),
    ...(layerScale !== null && { layerScale }),
    ...(dropPath !== null && {
      stochasticDepth: [0, dropPath / 2, dropPath],
      transformerStochasticDepth: dropPath,
    }),
    ...(dropout !== null && { dropout }),
  };
  requireWholeScales(network, config.network);
  return network;
}

function requireWholeScales(network: NetworkConfig, name: string): void {
  if (mapSizes(network).every(Number.isInteger)) return;
  throw new PosterError(
    'option.invalid',
    `Expected imageSize (--image-size) to be a multiple of ${16 * network.inputStride} for the network ${name}, ` +
      `whose three scales it must divide into, got ${network.imageSize}.`,
  );
}

/** The official initial value of an entry, the same for every network that has an entry of this name and shape. */
export function initialValue(entry: StateEntry, seed: number): HostTensor {
  return initialTensor(entry, randomStream(seed, `initial ${entry.name}`));
}

/** Puts a state dict on the device. What is learned asks for gradients: the landmark branch too, if not frozen. */
export function createParameters(
  network: PosterV2,
  read: (entry: StateEntry) => HostTensor,
  { freezeLandmarks, channelsLast }: Pick<TrainingConfig, 'freezeLandmarks' | 'channelsLast'>,
  device: Device,
): Parameters {
  const parameters = loadParameters(network.entries, read, device);
  for (const [name, { role, shape }] of network.entries) {
    const learned = role === 'trained' || (role === 'frozen' && !freezeLandmarks);
    if (channelsLast && shape.length === 4) parameters.set(name, asChannelsLast(parameters.get(name)!));
    parameters.get(name)!.setRequiresGrad(learned);
  }
  return parameters;
}

function asChannelsLast(tensor: Tensor): Tensor {
  const converted = keep(noGrad(() => callTensor('aten::contiguous', tensor, 'channels_last')));
  tensor.dispose();
  return converted;
}

/** Those that are learned. */
export function learnedOf(parameters: Parameters): Parameters {
  return new Map([...parameters].filter(([, parameter]) => parameter.requiresGrad));
}
