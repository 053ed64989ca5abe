/** The weights of a TensorFlow.js graph model. Browser-safe. */
import { elementCount, type HostTensor } from '../../src/tensor/host-tensor.js';
import type { GraphModel, WeightEntry } from './topology.js';

/**
 * Cuts the weights file into the tensors that the model's manifest lists, in their order and without gaps.
 * @throws Error when the file is shorter or longer than the manifest says
 */
export function readWeights(model: GraphModel, file: Uint8Array): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  let offset = 0;
  for (const entry of model.weightsManifest.flatMap(({ weights }) => weights)) {
    const end = offset + elementCount(entry.shape) * bytesPerElement(entry);
    const dtype = entry.quantization?.dtype ?? entry.dtype;
    tensors.set(entry.name, { dtype, shape: entry.shape, data: file.subarray(offset, end) });
    offset = end;
  }
  if (offset !== file.byteLength)
    throw new Error(`The weights take ${offset} bytes by the manifest, but the file has ${file.byteLength}.`);
  return tensors;
}

function bytesPerElement({ quantization }: WeightEntry): number {
  return quantization ? 2 : 4;
}
