/** The face models of the npm package @vladmandic/human as ONNX files. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PackagedModel } from '../../src/faces/detect/packaged-models.js';
import { type GraphModelFiles, graphModelToOnnx, type OnnxOptions } from './to-onnx.js';

/** What is made of each: the outputs under our names, and whether the input may have any size. */
const conversions: Readonly<Record<PackagedModel, OnnxOptions>> = {
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
};

/** A model as an ONNX file. */
export async function convertFaceModel(name: PackagedModel): Promise<Uint8Array> {
  return graphModelToOnnx(await readGraphModel(name), conversions[name]);
}

/** A model's files as they lie in the package. */
export async function readGraphModel(name: PackagedModel): Promise<GraphModelFiles> {
  const base = join(packageFolder(), 'models', name);
  const [topology, weights] = await Promise.all([readFile(`${base}.json`, 'utf8'), readFile(`${base}.bin`)]);
  return { topology: JSON.parse(topology), weights: new Uint8Array(weights) };
}

/** The package exports nothing but its entry, dist/human.node.js, which is found here and not loaded. */
function packageFolder(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')));
}
