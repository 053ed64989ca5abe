/** The models that find faces, opened in the worker. Browser-safe. */
import { blazeFaceDetector } from '../faces/detect/blaze-face.js';
import type { FaceDetector } from '../faces/detect/detector.js';
import { notOpened, yuNetDetector } from '../faces/detect/yunet.js';
import type { FaceModels } from '../faces/find-faces.js';
import { faceMeshLandmarks } from '../faces/landmarks/face-mesh.js';
import { sourceOf } from '../onnx/byte-source.js';
import { requireFiniteModel } from '../onnx/finite-weights.js';
import type { TensorModel } from '../onnx/tensor-model.js';
import { fetchModel } from './fetch-model.js';
import type { LoadRequest } from './messages.js';

/** Where this package has them; bundlers recognise these addresses and copy what they name. */
const packaged = {
  blazeface: () => new URL('../../browser/blazeface.onnx', import.meta.url),
  facemesh: () => new URL('../../browser/facemesh.onnx', import.meta.url),
};

type Open = (model: Uint8Array) => Promise<TensorModel>;
type FaceRequest = Pick<LoadRequest, 'cache' | 'faceModels' | 'detector'>;

/**
 * @throws PosterError `file.missing` when the site does not serve them, `engine.unavailable` for other files,
 * `option.invalid` for a detector that is no YuNet
 */
export async function openFaceModels(request: FaceRequest, open: Open): Promise<FaceModels> {
  const detector = await openDetector(request, open);
  const landmarks = await openPackaged('facemesh', request, open);
  return { detector, landmarks: faceMeshLandmarks(landmarks) };
}

async function openDetector(request: FaceRequest, open: Open): Promise<FaceDetector> {
  const { detector, cache } = request;
  if (detector === undefined) return blazeFaceDetector(await openPackaged('blazeface', request, open));
  const { bytes, keep } = await fetchModel(detector, { cache });
  const model = await open(bytes).catch((cause: unknown) => {
    throw notOpened(detector, cause);
  });
  const opened = yuNetDetector(model, detector);
  await requireFiniteModel(sourceOf(bytes), detector);
  await keep?.(); // only what proved to be a YuNet
  return opened;
}

async function openPackaged(
  name: keyof typeof packaged,
  { cache, faceModels }: FaceRequest,
  open: Open,
): Promise<TensorModel> {
  const { href } = faceModels === undefined ? packaged[name]() : new URL(`${name}.onnx`, faceModels);
  const { bytes, keep } = await fetchModel(href, { cache });
  const model = await open(bytes);
  await keep?.(); // only what proved to be a model
  return model;
}
