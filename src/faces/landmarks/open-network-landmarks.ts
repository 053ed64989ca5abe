/** The landmark head of a checkpoint, opened in Node. */

import { PosterError } from '../../errors.js';
import { defaultAlignment } from '../../image/alignment.js';
import { knownAlignment } from '../../model/known-alignment.js';
import { isOnnx } from '../../model/load-model.js';
import { preprocessingOf } from '../../model/model-card.js';
import { openModelCheckpoint, readNetwork } from '../../model/open-model-checkpoint.js';
import { readWeights } from '../../model/read-model.js';
import { usedEntries } from '../../model/used-entries.js';
import { openModel, type SessionOptions } from '../../onnx/runtime.js';
import { templates } from '../align/template.js';
import type { LandmarkModel } from './landmark-model.js';
import { networkLandmarkModel, networkLandmarks } from './network-landmarks.js';

/**
 * Opens the landmark branch and its head alone, which are a twentieth of the checkpoint.
 *
 * @param path .pth, .pth.tar or .safetensors
 * @throws PosterError `option.invalid` for an ONNX model or a network that learned its landmark branch, which lack the
 *   head; otherwise as loading the checkpoint
 */
export async function openNetworkLandmarks(path: string, options?: SessionOptions): Promise<LandmarkModel> {
  if (isOnnx(path)) throw isExported(path);
  const checkpoint = await openModelCheckpoint(path);
  try {
    const { network, card } = await readNetwork(checkpoint);
    if (network.config.landmarkBranch === 'learned') throw hasNoHead(path);
    const weights = await readWeights(checkpoint, usedEntries(network, 'landmarks'));
    const model = await openModel(
      networkLandmarkModel(network, ({ name }) => weights.get(name)!),
      options,
    );
    const { template } = knownAlignment(card) ?? defaultAlignment;
    return networkLandmarks(model, preprocessingOf(network.config, card), templates[template]);
  } finally {
    await checkpoint.close();
  }
}

function isExported(path: string): PosterError {
  return new PosterError(
    'option.invalid',
    `Expected a .pth or .safetensors checkpoint for the network's own landmarks, got the ONNX model ${path}, which holds what recognition needs and no landmark head; load the checkpoint it was made from, or leave out --landmarks.`,
  );
}

function hasNoHead(path: string): PosterError {
  return new PosterError(
    'option.invalid',
    `Expected a checkpoint with a landmark head for the network's own landmarks, got ${path}, whose landmark branch was learned with the rest of the network and has none; leave out --landmarks, or load a checkpoint with published landmark weights.`,
  );
}
