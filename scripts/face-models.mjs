/**
 * Puts the face models of the npm package @vladmandic/human, as ONNX files, where the library finds them:
 * build/src/faces/models. That package lets bundlers see no more than its program. Does nothing where what they are
 * made of has not changed.
 *
 *   node scripts/face-models.mjs
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fingerprint } from './fingerprint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}build/src/faces/models`;
const stamp = `${root}build/.face-models-made-of`;

/** The models, by the version of their package, and what converts them. */
const sources = [
  'package-lock.json',
  'build/scripts/graph-model',
  'build/src/onnx',
  'scripts/face-models.mjs',
];

const madeOf = fingerprint(sources);
if (!existsSync(folder) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== madeOf) await convert();

async function convert() {
  const { packagedModels } = await import('../build/src/faces/detect/packaged-models.js');
  const { convertFaceModel } = await import('../build/scripts/graph-model/face-models.js');
  mkdirSync(folder, { recursive: true });
  for (const name of packagedModels) writeFileSync(`${folder}/${name}.onnx`, await convertFaceModel(name));
  writeFileSync(stamp, madeOf);
}
