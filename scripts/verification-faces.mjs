/**
 * Draws a face of every expression, on which an exported model is tried where no images are given:
 * build/src/export/faces. Does nothing where what they are made of has not changed.
 *
 *   node scripts/verification-faces.mjs
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeOnce } from './fingerprint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}build/src/export/faces`;

const sources = ['package-lock.json', 'build/testing/drawn-faces', 'scripts/verification-faces.mjs'];
await makeOnce(folder, [], 'verification-faces', sources, draw);

async function draw() {
  const { drawFace } = await import('../build/testing/drawn-faces/draw-face.js');
  const { drawnExpressions } = await import('../build/testing/drawn-faces/expressions.js');
  const { randomFace } = await import('../build/testing/drawn-faces/random-face.js');
  const { randomStream } = await import('../build/src/util/random.js');
  const { default: sharp } = await import('../build/src/image/sharp.js');
  const random = randomStream(1, 'verification images');
  for (const [i, expression] of drawnExpressions.entries()) {
    const svg = Buffer.from(drawFace(randomFace(expression, random)));
    writeFileSync(`${folder}/${i}-${expression}.png`, await sharp(svg).png().toBuffer());
  }
}
