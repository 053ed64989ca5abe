/**
 * The default landmarks: MediaPipe's face mesh (arXiv 1907.06724), of whose 468 points 68 are those of the usual
 * scheme. It also judges whether there is a face at all. Browser-safe.
 */
import type { TensorModel } from '../../onnx/tensor-model.js';
import type { Template } from '../align/template.js';
import { imageTensor } from '../image-tensor.js';
import type { LandmarkModel, LocatedLandmarks } from './landmark-model.js';

const size = 192;
const valuesPerFace = 468 * 3;

/** The mesh's vertices at the 68 landmarks: jaw, brows, nose, eyes, outer and inner lips. */
const vertices = [
  [162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389],
  [71, 63, 105, 66, 107, 336, 296, 334, 293, 301],
  [168, 197, 5, 4, 75, 97, 2, 326, 305],
  [33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380],
  [61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181],
  [78, 82, 13, 312, 308, 317, 14, 87],
].flat();

/**
 * Where the five points lie when the square around the mesh, enlarged by half, fills the crop, as the model was
 * trained: medians over faces of FER2013, made symmetric.
 */
const template: Template = {
  size,
  points: [
    { x: 0.365, y: 0.384 },
    { x: 0.635, y: 0.384 },
    { x: 0.5, y: 0.531 },
    { x: 0.386, y: 0.66 },
    { x: 0.614, y: 0.66 },
  ],
};

/** @param model the face mesh, opened; it is released with the landmarks */
export function faceMeshLandmarks(model: TensorModel): LandmarkModel {
  return {
    template,
    async locate(crops) {
      const images = imageTensor(crops, { scale: 1 / 255, offset: 0 });
      const { mesh, presence } = await model.run({ images });
      return crops.map((_, i): LocatedLandmarks => {
        const points = mesh!.values.subarray(i * valuesPerFace, (i + 1) * valuesPerFace);
        return {
          points: vertices.map((vertex) => ({ x: points[vertex * 3]!, y: points[vertex * 3 + 1]! })),
          presence: presence!.values[i]!,
        };
      });
    },
    dispose: () => model.release(),
  };
}
