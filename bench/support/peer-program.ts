/**
 * A peer of bench/peers.ts in a process of its own: takes lines of JSON with `paths` of face crops and answers with the
 * expression it sees in each. Its packages are those of the folder that is named first.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decodeImage } from '../../src/image/decode/decode.js';
import type { RgbImage } from '../../src/image/rgb-image.js';

/** The packages have no types here. */
// biome-ignore lint/suspicious/noExplicitAny: as above
type Foreign = any;
type See = (face: RgbImage) => Promise<string>;

const [environment = '.', name = ''] = process.argv.slice(2);
const require = createRequire(join(environment, 'package.json'));
const folderOf = (module: string) => join(environment, 'node_modules', module);

const tf: Foreign = require('@tensorflow/tfjs');
const wasm: Foreign = require('@tensorflow/tfjs-backend-wasm');
wasm.setWasmPaths(`${join(folderOf('@tensorflow/tfjs-backend-wasm'), 'dist')}/`);
await tf.setBackend('wasm');
await tf.ready();

/** Names of the peers' classes as FERPlus has them. */
const inFerPlus: Record<string, string> = {
  angry: 'anger',
  disgusted: 'disgust',
  fearful: 'fear',
  happy: 'happiness',
  sad: 'sadness',
  surprised: 'surprise',
};

/** face-api's network takes a face as it is and resizes it itself. */
async function openFaceApi(): Promise<See> {
  const faceapi: Foreign = require(join(folderOf('@vladmandic/face-api'), 'dist/face-api.node-wasm.js'));
  const net = faceapi.nets.faceExpressionNet;
  await net.loadFromDisk(join(folderOf('@vladmandic/face-api'), 'model'));
  return async ({ width, height, data }) => {
    const face = tf.tensor3d(data, [height, width, 3], 'int32');
    const expressions: Record<string, number> = await net.predictExpressions(face);
    face.dispose();
    return mostLikely(Object.entries(expressions).filter(([, value]) => typeof value === 'number'));
  };
}

/** As human's own program prepares a face (predict in its emotion model), of which its configuration crops nothing here. */
async function openHuman(): Promise<See> {
  const { readFile } = await import('node:fs/promises');
  const models = join(folderOf('@vladmandic/human'), 'models');
  const { modelTopology, weightsManifest } = JSON.parse(await readFile(join(models, 'emotion.json'), 'utf8'));
  const bytes = await readFile(join(models, 'emotion.bin'));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const artifacts = { modelTopology, weightSpecs: weightsManifest[0].weights, weightData };
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
  const classes = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];
  const [, , size] = model.inputs[0].shape;
  return async ({ width, height, data }) => {
    const scores: Foreign = tf.tidy(() => {
      const face = tf.tensor4d(
        Float32Array.from(data, (value) => value / 255),
        [1, height, width, 3],
      );
      const resized = tf.image.resizeBilinear(face, [size, size], false);
      const grey = resized.mul(tf.tensor1d([0.2989, 0.587, 0.114])).sum(3, true);
      return model.execute(grey.sub(0.5).mul(2));
    });
    const values: Float32Array = await scores.data();
    scores.dispose();
    return mostLikely(classes.map((label, i) => [label, values[i]!]));
  };
}

function mostLikely(scores: readonly (readonly [string, number])[]): string {
  const [label] = scores.reduce((best, score) => (score[1] > best[1] ? score : best));
  return inFerPlus[label] ?? label;
}

const see = await { human: openHuman, 'face-api': openFaceApi }[name as 'human' | 'face-api']();
process.stdout.write(`${JSON.stringify({ ready: name })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const answers: string[] = [];
  for (const path of JSON.parse(line).paths) answers.push(await see(await decodeImage(path)));
  process.stdout.write(`${JSON.stringify({ answers })}\n`);
}
