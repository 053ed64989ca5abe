/** The images an exported model is tried on. */
import { drawFace } from '../demo/draw-face.js';
import { drawnExpressions } from '../demo/expressions.js';
import { randomFace } from '../demo/random-face.js';
import { decodeImage } from '../image/decode/decode.js';
import type { ImageInput } from '../image/decode/decode-input.js';
import sharp from '../image/sharp.js';
import { listInputs } from '../predict/list-inputs.js';
import { randomStream } from '../util/random.js';

const mostImages = 64;

/** The first of the user's images, or a drawn face of every expression. */
export async function verificationImages(
  paths: readonly string[] | undefined,
  signal?: AbortSignal,
): Promise<ImageInput[]> {
  if (!paths) return drawnFaces();
  const images: ImageInput[] = [];
  for await (const path of listInputs(paths, { signal })) {
    images.push(await decodeImage(path));
    if (images.length === mostImages) break;
  }
  return images;
}

function drawnFaces(): Promise<Uint8Array[]> {
  const random = randomStream(1, 'verification images');
  const drawings = drawnExpressions.map((expression) => drawFace(randomFace(expression, random)));
  return Promise.all(drawings.map((svg) => sharp(Buffer.from(svg)).png().toBuffer()));
}
