/** The models that find faces, opened in the worker. Browser-safe. */
import { blazeFaceDetector } from '../faces/blaze-face.js';
import { faceMeshLandmarks } from '../faces/face-mesh.js';
import type { FaceModels } from '../faces/find-faces.js';
import type { TensorModel } from '../onnx/tensor-model.js';
import { fetchModel } from './fetch-model.js';
import type { LoadRequest } from './messages.js';

/** Where this package has them; bundlers recognise these addresses and copy what they name. */
const packaged = {
  blazeface: () => new URL('../faces/models/blazeface.onnx', import.meta.url),
  facemesh: () => new URL('../faces/models/facemesh.onnx', import.meta.url),
};

type Open = (model: Uint8Array) => Promise<TensorModel>;

/** @throws PosterError `file.missing` when the site does not serve them, `engine.unavailable` for other files */
export async function openFaceModels(
  request: Pick<LoadRequest, 'cache' | 'faceModels'>,
  open: Open,
): Promise<FaceModels> {
  const detector = await openPackaged('blazeface', request, open);
  const landmarks = await openPackaged('facemesh', request, open);
  return { detector: blazeFaceDetector(detector), landmarks: faceMeshLandmarks(landmarks) };
}

async function openPackaged(
  name: keyof typeof packaged,
  { cache, faceModels }: Pick<LoadRequest, 'cache' | 'faceModels'>,
  open: Open,
): Promise<TensorModel> {
  const { href } = faceModels === undefined ? packaged[name]() : new URL(`${name}.onnx`, faceModels);
  const { bytes, keep } = await fetchModel(href, cache, () => {});
  const model = await open(bytes);
  await keep?.(); // only what proved to be a model
  return model;
}
