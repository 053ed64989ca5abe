/** The models inside the npm package @vladmandic/human, converted and opened in Node. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { messageOf, PosterError } from '../../errors.js';
import { openModel, type SessionOptions } from '../../onnx/runtime.js';
import { type GraphModelFiles, graphModelToOnnx, type OnnxOptions } from '../graph-model/to-onnx.js';
import { faceMeshLandmarks } from '../landmarks/face-mesh.js';
import type { LandmarkModel } from '../landmarks/landmark-model.js';
import { blazeFaceDetector } from './blaze-face.js';
import type { FaceDetector } from './detector.js';

/** What is made of each: the outputs under our names, and whether the input may have any size. */
const conversions = {
  blazeface: {
    outputs: {
      scores16: 'Identity',
      scores32: 'Identity_1',
      boxes16: 'Identity_2',
      boxes32: 'Identity_3',
    },
    anySize: true,
  },
  facemesh: { outputs: { mesh: 'Identity_2', presence: 'Identity_1' } },
} as const satisfies Record<string, OnnxOptions>;

export type PackagedModel = keyof typeof conversions;

export const packagedModels = Object.keys(conversions) as readonly PackagedModel[];

/** The default detector. @throws PosterError `engine.unavailable` when the package is missing or another */
export async function openBlazeFace(options?: SessionOptions): Promise<FaceDetector> {
  return blazeFaceDetector(await openModel(await packagedModel('blazeface'), options));
}

/** The default landmarks. @throws PosterError `engine.unavailable` when the package is missing or another */
export async function openFaceMesh(options?: SessionOptions): Promise<LandmarkModel> {
  return faceMeshLandmarks(await openModel(await packagedModel('facemesh'), options));
}

/** A model as an ONNX file. @throws PosterError `engine.unavailable` when the package is missing or another */
export async function packagedModel(name: PackagedModel): Promise<Uint8Array> {
  try {
    return graphModelToOnnx(await readPackaged(name), conversions[name]);
  } catch (error) {
    const message = `The face model ${name} of the npm package @vladmandic/human cannot be read (${messageOf(error)}); install the packages again with npm ci.`;
    throw new PosterError('engine.unavailable', message, { cause: error });
  }
}

/** A model's files as they lie in the package. */
export async function readPackaged(name: PackagedModel): Promise<GraphModelFiles> {
  const base = join(packageFolder(), 'models', name);
  const [topology, weights] = await Promise.all([readFile(`${base}.json`, 'utf8'), readFile(`${base}.bin`)]);
  return { topology: JSON.parse(topology), weights: new Uint8Array(weights) };
}

/** The package exports nothing but its entry, dist/human.node.js, which is found here and not loaded. */
function packageFolder(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')));
}
