/** The landmark head of a checkpoint, opened in Node. */

import { defaultAlignment } from '../data/alignment.js';
import { PosterError } from '../errors.js';
import { knownAlignment } from '../model/known-alignment.js';
import { isOnnx, readWeights } from '../model/load-model.js';
import { openModelCheckpoint } from '../model/open-model-checkpoint.js';
import { readNetwork } from '../model/read-network.js';
import { usedEntries } from '../model/used-entries.js';
import { openModel, type SessionOptions } from '../onnx/runtime.js';
import type { LandmarkModel } from './landmark-model.js';
import { networkLandmarkModel, networkLandmarks } from './network-landmarks.js';
import { templates } from './template.js';

/**
 * Opens the landmark branch and its head alone, which are a twentieth of the checkpoint.
 *
 * @param path .pth, .pth.tar or .safetensors
 * @throws PosterError `option.invalid` for an ONNX model, which lacks the head; otherwise as loading the checkpoint
 */
export async function openNetworkLandmarks(path: string, options?: SessionOptions): Promise<LandmarkModel> {
  if (isOnnx(path)) throw withoutHead(path);
  const checkpoint = await openModelCheckpoint(path);
  try {
    const { network, card } = await readNetwork(checkpoint);
    const weights = await readWeights(checkpoint, usedEntries(network, 'landmarks'));
    const model = await openModel(
      networkLandmarkModel(network, ({ name }) => weights.get(name)!),
      options,
    );
    const { template } = knownAlignment(card) ?? defaultAlignment;
    return networkLandmarks(model, templates[template]);
  } finally {
    await checkpoint.close();
  }
}

function withoutHead(path: string): PosterError {
  return new PosterError(
    'option.invalid',
    `Expected a .pth or .safetensors checkpoint for the network's own landmarks, got the ONNX model ${path}, which holds what recognition needs and no landmark head; load the checkpoint it was made from, or leave out --landmarks.`,
  );
}
