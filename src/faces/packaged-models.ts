/** The models inside the npm package @vladmandic/human, opened in Node. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { messageOf, PosterError } from '../errors.js';
import { openModel, type SessionOptions } from '../onnx/runtime.js';
import { blazeFaceDetector, blazeFaceModel } from './blaze-face.js';
import type { FaceDetector } from './detector.js';
import { faceMeshLandmarks, faceMeshModel } from './face-mesh.js';
import type { GraphModelFiles } from './graph-model/to-onnx.js';
import type { LandmarkModel } from './landmark-model.js';

/** The default detector. @throws PosterError `engine.unavailable` when the package is missing or another */
export async function openBlazeFace(options?: SessionOptions): Promise<FaceDetector> {
  return blazeFaceDetector(await openPackaged('blazeface', blazeFaceModel, options));
}

/** The default landmarks. @throws PosterError `engine.unavailable` when the package is missing or another */
export async function openFaceMesh(options?: SessionOptions): Promise<LandmarkModel> {
  return faceMeshLandmarks(await openPackaged('facemesh', faceMeshModel, options));
}

async function openPackaged(
  name: string,
  convert: (files: GraphModelFiles) => Uint8Array,
  options?: SessionOptions,
) {
  return openModel(await readPackaged(name, convert), options);
}

async function readPackaged(
  name: string,
  convert: (files: GraphModelFiles) => Uint8Array,
): Promise<Uint8Array> {
  try {
    const base = join(packageFolder(), 'models', name);
    const [topology, weights] = await Promise.all([
      readFile(`${base}.json`, 'utf8'),
      readFile(`${base}.bin`),
    ]);
    return convert({ topology: JSON.parse(topology), weights: new Uint8Array(weights) });
  } catch (error) {
    const message = `The face model ${name} of the npm package @vladmandic/human cannot be read (${messageOf(error)}); install the packages again with npm ci.`;
    throw new PosterError('engine.unavailable', message, { cause: error });
  }
}

/** The package exports nothing but its entry, dist/human.node.js, which is found here and not loaded. */
function packageFolder(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')));
}
