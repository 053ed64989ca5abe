/** Faces of photos in Node: models opened once, photos decoded upright. */
import { stat } from 'node:fs/promises';
import { PosterError } from '../errors.js';
import { defaultAlignment } from '../image/alignment.js';
import { photoDecoding } from '../image/decode/decode.js';
import { decodeInput } from '../image/decode/decode-input.js';
import { withFileSource } from '../onnx/file-source.js';
import { requireFiniteModel } from '../onnx/finite-weights.js';
import { openModel, type SessionOptions } from '../onnx/runtime.js';
import { requireOptions } from '../util/given.js';
import { withDefaultAlignment } from './align/align.js';
import type { FaceDetector } from './detect/detector.js';
import { openBlazeFace, openFaceMesh } from './detect/packaged-models.js';
import { notOpened, yuNetDetector } from './detect/yunet.js';
import { type FaceFinder, type FaceFinderOptions, faceFinder } from './face-finder.js';
import { type FaceModels, findFaces } from './find-faces.js';
import { openFinderInWorker } from './finder-in-worker.js';
import { openNetworkLandmarks } from './landmarks/open-network-landmarks.js';

export type { FaceFinder, FaceFinderOptions } from './face-finder.js';

/**
 * Opens the models that find faces.
 *
 * @throws PosterError `file.missing` or `option.invalid` for a detector file that is absent or no YuNet; as
 * `openNetworkLandmarks`; `engine.unavailable` when a model cannot be opened
 */
export async function openFaceFinder(asked: FaceFinderOptions = {}): Promise<FaceFinder> {
  const { worker = false, ...options } = requireOptions(asked, 'openFaceFinder', {
    threads: 'a whole number of at least 1',
    alignment: 'an object',
    worker: 'true or false',
  });
  if (worker) return openFinderInWorker(options);
  const { detector: chosen, landmarks: own, threads, alignment = defaultAlignment } = options;
  const refiner = typeof own === 'string' ? await openNetworkLandmarks(own, { threads }) : own;
  const detector = typeof chosen === 'object' ? chosen : await openDetector(chosen, { threads });
  const landmarks = await openFaceMesh({ threads });
  const models: FaceModels = { detector, landmarks, refiner };
  return faceFinder(
    async (photo, wanted) =>
      findFaces(await decodeInput(photo, photoDecoding), models, withDefaultAlignment(wanted, alignment)),
    () => disposeAll(models),
  );
}

/** The default detector, or the YuNet in a file. */
export async function openDetector(file?: string, options?: SessionOptions): Promise<FaceDetector> {
  if (file === undefined) return openBlazeFace(options);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile())
    throw new PosterError('file.missing', `Expected a face detector at ${file}, but there is no such file.`);
  const model = await openModel(file, options).catch((cause: unknown) => {
    throw notOpened(file, cause);
  });
  try {
    await withFileSource(file, (source) => requireFiniteModel(source, file));
    return yuNetDetector(model, file);
  } catch (error) {
    await model.release();
    throw error;
  }
}

async function disposeAll({ detector, landmarks, refiner }: FaceModels): Promise<void> {
  await Promise.all([detector.dispose(), landmarks?.dispose(), refiner?.dispose()]);
}
