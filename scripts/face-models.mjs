/**
 * Puts the face models of the npm package @vladmandic/human, as ONNX files, where the library finds them:
 * build/browser, where pages find them, too. That package lets bundlers see no more than its program. Does nothing where
 * what they are made of has not changed.
 *
 *   node scripts/face-models.mjs
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeOnce } from './fingerprint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}build/browser`;

/** The models, by the version of their package, and what converts them. */
const sources = [
  'package-lock.json',
  'build/scripts/graph-model',
  'build/src/onnx',
  'scripts/face-models.mjs',
];

await makeOnce(folder, ['blazeface.onnx', 'facemesh.onnx'], 'face-models', sources, convert);

async function convert() {
  const { packagedModels } = await import('../build/src/faces/detect/packaged-models.js');
  const { convertFaceModel } = await import('../build/scripts/graph-model/face-models.js');
  for (const name of packagedModels) writeFileSync(`${folder}/${name}.onnx`, await convertFaceModel(name));
}
