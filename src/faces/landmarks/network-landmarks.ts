/** Landmarks from the network's own landmark branch, which every full checkpoint holds. Browser-safe. */

import { type Preprocessing, preprocessAll } from '../../image/preprocess.js';
import type { PosterV2 } from '../../network/poster-v2.js';
import { optimise } from '../../onnx/build-graph.js';
import { emitModel } from '../../onnx/emit.js';
import type { Value } from '../../onnx/graph.js';
import { recordGraph, type Weights } from '../../onnx/record.js';
import type { TensorModel } from '../../onnx/tensor-model.js';
import { landmarkCount } from '../align/five-points.js';
import { type Template, templates } from '../align/template.js';
import type { LandmarkModel, LocatedLandmarks } from './landmark-model.js';

/** The branch and its head as an ONNX model: `images` (batch x 3 x imageSize x imageSize) -> `landmarks` (batch x 136). */
export function networkLandmarkModel(network: PosterV2, weights: Weights): Uint8Array {
  const recorded = recordGraph(network.config.imageSize, weights, (ops, images) => [
    ['landmarks', network.landmarks<Value>(ops, images)],
  ]);
  return emitModel(optimise(recorded, 'cpu'), { producerVersion: '', metadata: {} });
}

/**
 * @param model the opened {@link networkLandmarkModel}; it is released with the landmarks
 * @param preprocessing what crops become for the network
 * @param template the alignment the network was trained on. Default: RAF-DB's.
 */
export function networkLandmarks(
  model: TensorModel,
  preprocessing: Preprocessing,
  template: Template = templates['raf-db'],
): LandmarkModel {
  const { size } = preprocessing;
  return {
    template: { ...template, size },
    async locate(crops) {
      const values = preprocessAll(crops, preprocessing);
      const images = { values, shape: [crops.length, 3, size, size] };
      const { landmarks } = await model.run({ images });
      return crops.map((_, i): LocatedLandmarks => {
        const start = i * landmarkCount * 2;
        const coordinate = (k: number) => landmarks!.values[start + k]! * size;
        const points = Array.from({ length: landmarkCount }, (_, k) => ({
          x: coordinate(2 * k),
          y: coordinate(2 * k + 1),
        }));
        return { points, presence: 1 };
      });
    },
    dispose: () => model.release(),
  };
}
