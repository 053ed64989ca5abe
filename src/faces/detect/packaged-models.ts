/** The face models that come with this package, opened in Node. */
import { readFile } from 'node:fs/promises';
import { messageOf, PosterError } from '../../errors.js';
import { openModel, type SessionOptions } from '../../onnx/runtime.js';
import { faceMeshLandmarks } from '../landmarks/face-mesh.js';
import type { LandmarkModel } from '../landmarks/landmark-model.js';
import { blazeFaceDetector } from './blaze-face.js';
import type { FaceDetector } from './detector.js';

export const packagedModels = ['blazeface', 'facemesh'] as const;

export type PackagedModel = (typeof packagedModels)[number];

/** The default detector. @throws PosterError `engine.unavailable` when its file is missing or damaged */
export async function openBlazeFace(options?: SessionOptions): Promise<FaceDetector> {
  return blazeFaceDetector(await openModel(await packagedModel('blazeface'), options));
}

/** The default landmarks. @throws PosterError `engine.unavailable` when their file is missing or damaged */
export async function openFaceMesh(options?: SessionOptions): Promise<LandmarkModel> {
  return faceMeshLandmarks(await openModel(await packagedModel('facemesh'), options));
}

/** A model as an ONNX file. @throws PosterError `engine.unavailable` when it is missing */
export async function packagedModel(name: PackagedModel): Promise<Uint8Array> {
  try {
    return await readFile(new URL(`../../../browser/${name}.onnx`, import.meta.url));
  } catch (error) {
    const message = `The face model ${name}, which comes with this package, cannot be read (${messageOf(error)}); install poster-v2 again, or run npm run build in a clone.`;
    throw new PosterError('engine.unavailable', message, { cause: error });
  }
}
