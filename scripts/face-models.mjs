/**
 * Puts the face models of the npm package @vladmandic/human, as ONNX files, where the browser library finds them:
 * build/src/faces/models. That package lets bundlers see no more than its program.
 *
 *   node scripts/face-models.mjs
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { packagedModel, packagedModels } from '../build/src/faces/packaged-models.js';

const folder = fileURLToPath(new URL('../build/src/faces/models/', import.meta.url));
await mkdir(folder, { recursive: true });
for (const name of packagedModels) await writeFile(`${folder}${name}.onnx`, await packagedModel(name));
